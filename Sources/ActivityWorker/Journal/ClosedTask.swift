/// One line of the journal's history: how a task ended. No token, no input, no output.
package struct ClosedTask: Sendable, Hashable {
    /// Name of its claim: hash of its token.
    package var claim: String
    /// Whose it was.
    package var stage: String
    /// Its id, if its envelope could be read.
    package var task: String?
    /// Its execution, if its envelope could be read.
    package var execution: String?
    /// When it was claimed, ISO 8601.
    package var claimed: String
    /// When it was closed, ISO 8601.
    package var closed: String
    /// How, as a phrase: see `TaskEnding.description`.
    package var ending: String
    /// Attempts to report.
    package var attempts: Int

    init(_ document: JournalDocument.Ending) {
        claim = document.claim
        stage = document.stage
        task = document.task
        execution = document.execution
        claimed = document.claimed
        closed = document.closed
        ending = document.ending
        attempts = document.attempts
    }
}
