/// One external program to run.
package struct ToolSpec: Sendable, Hashable {
    /// Absolute path, or a name that is looked up in `searchPath`.
    package var executable: String
    /// Arguments without the program's name. Never a secret: argv is world-readable.
    package var arguments: [String]
    /// The whole environment; nothing is inherited.
    package var environment: [String: String]
    /// Absolute path of an existing directory.
    package var workingDirectory: String
    /// Colon-separated absolute directories for the look-up. Default: the environment's own `PATH`.
    package var searchPath: String
    /// From the one SIGTERM to the leader to SIGKILL for everything that is left.
    package var grace: Duration
    /// Absolute path of the task's `LeaseFile`; `nil` for a tool without a fence.
    package var lease: String?
    /// What it may write and not read; `nil` for no confinement.
    package var confinement: Confinement?

    /// A program of these parts.
    package init(
        executable: String,
        arguments: [String] = [],
        environment: [String: String],
        workingDirectory: String,
        searchPath: String? = nil,
        grace: Duration,
        lease: String? = nil,
        confinement: Confinement? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.searchPath = searchPath ?? environment["PATH"] ?? ""
        self.grace = grace
        self.lease = lease
        self.confinement = confinement
    }
}
