/// Why the daemon could not start or ended other than by draining.
package struct DaemonStartError: Error, Sendable, CustomStringConvertible {
    /// One sentence: what failed, and what to do.
    package let description: String
    /// Process exit status: 78 (`EX_CONFIG`) when only a person can change it, else 1, which systemd restarts.
    package let exitCode: Int32

    /// A start error of this description.
    package init(_ description: String, exitCode: Int32 = 1) {
        self.description = description
        self.exitCode = exitCode
    }
}
