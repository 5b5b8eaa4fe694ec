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

    /// Runs `body`; the problem that it throws is told on standard error and ends the process.
    static func telling<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let problem as ClientProblem {
            throw problem.told()
        }
    }

    /// Says it on standard error; the error to end with.
    func told() -> ExitCode {
        StandardError.write("builderctl: \(Printable.text(message))\n  \(Printable.text(next))\n")
        return ExitCode(status.rawValue)
    }
}
