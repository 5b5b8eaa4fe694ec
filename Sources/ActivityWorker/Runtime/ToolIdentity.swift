/// What a recorded tool is known again by after a restart. How it is stopped, its environment and what becomes of its output may have
/// been configured anew meanwhile: a tool at work keeps what it was started with.
struct ToolIdentity: Encodable {
    /// Last part of its path: the same program may be found elsewhere.
    var program: String
    var arguments: [String]
    var workingDirectory: String

    init(_ invocation: ToolInvocation) {
        program = String(invocation.executable.split(separator: "/").last ?? "")
        arguments = invocation.arguments
        workingDirectory = invocation.workingDirectory
    }
}
