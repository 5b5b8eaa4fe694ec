import ArgumentParser
import DaemonCore

/// Why something asked for was not done, and what to do.
struct ClientProblem: Error, Sendable, Hashable {
    /// What the process exits with.
    var status: ExitStatus
    /// What went wrong.
    var message: String
    /// What to do.
    var next: String

    /// Says it on standard error; the error to end with.
    func told() -> ExitCode {
        StandardError.write("builderctl: \(Printable.text(message))\n  \(Printable.text(next))\n")
        return ExitCode(status.rawValue)
    }
}
