/// How a task ended when it did not succeed: the `error` and the parts of `cause` that go to Step Functions.
package struct TaskFailure: Error, Sendable, Hashable, Codable {
    /// Stable failure name that state machines match on, for example `Provision.PlanDenied`.
    package var error: String
    /// What happened, in one or a few sentences.
    package var message: String
    /// The step it happened in.
    package var step: String?
    /// What a person should do.
    package var next: String
    /// Tail of the evidence: tool output, validation errors. Redacted and cut before it leaves.
    package var detail: String?
    /// Where the whole log is: S3 URI, journalctl line.
    package var log: String?

    /// A failure of these parts.
    package init(
        _ error: String,
        message: String,
        next: String,
        step: String? = nil,
        detail: String? = nil,
        log: String? = nil
    ) {
        self.error = error
        self.message = message
        self.next = next
        self.step = step
        self.detail = detail
        self.log = log
    }
}
