import Synchronization

/// One call of `exchange`, as caller and transport thread share it.
final class ExchangeTicket: Sendable {
    let request: HTTPRequest
    /// End of `ExchangeLimits.whole`, counted from the call.
    let deadline: ContinuousClock.Instant
    /// Set by the caller's cancellation, before or after the transport's thread has seen the ticket.
    let isCancelled = Atomic(false)

    init(_ request: HTTPRequest) {
        self.request = request
        deadline = .now + request.limits.whole
    }
}

/// A ticket with the continuation that its outcome resumes. Whoever takes a submission out of a queue resumes it, once.
struct Submission: Sendable {
    let ticket: ExchangeTicket
    let continuation: CheckedContinuation<Result<HTTPResponse, TransportError>, Never>
}
