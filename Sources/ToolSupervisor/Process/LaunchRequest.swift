/// A program ready to be asked for: checked and looked up.
struct LaunchRequest: Sendable {
    /// What the supervisor is told.
    var request: ToolRequest
    /// From SIGTERM to SIGKILL.
    let grace: Duration

    /// Checks `spec` and finds its executable.
    init(_ spec: ToolSpec) throws(ToolError) {
        let path = try ExecutableLookup.find(spec.executable, path: spec.searchPath)
        let names = spec.environment.keys
        guard !names.contains(where: { $0.isEmpty || $0.contains("=") }) else {
            throw ToolError(
                .invalidSpec,
                message: "a variable's name is empty or holds =",
                next: "check the tool's environment"
            )
        }
        grace = spec.grace
        request = ToolRequest(
            path: path,
            arguments: [spec.executable] + spec.arguments,
            environment: spec.environment.map { "\($0.key)=\($0.value)" }.sorted(),
            directory: spec.workingDirectory,
            graceMilliseconds: spec.grace.wholeMilliseconds,
            lease: spec.lease,
            cgroup: nil,
            confinement: spec.confinement
        )
        guard !(request.arguments + request.environment + [request.directory]).contains(where: { $0.utf8.contains(0) })
        else {
            throw ToolError(
                .invalidSpec,
                message: "an argument, variable or directory holds a NUL byte",
                next: "check the tool's arguments and environment"
            )
        }
    }
}
