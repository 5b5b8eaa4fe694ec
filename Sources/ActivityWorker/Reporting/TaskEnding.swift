/// How a claimed token ended, as the journal's history keeps it.
package enum TaskEnding: Sendable, Hashable {
    /// The service acknowledged the report; `error` is the failure's name, `nil` for success.
    case reported(error: String?)
    /// The token was dead after an attempt that may have been acted upon: closed, possibly by us.
    case possiblyReported
    /// The lease ended first; nothing was reported.
    case leaseLost(LeaseLost.Reason)
    /// The service refuses the report's content and will for ever.
    case refused(code: String)
    /// Not ended: the worker was interrupted before an answer came. The outcome stays in the journal for the next start.
    case leftForNextStart

    /// One phrase for the history and the log.
    package var description: String {
        switch self {
        case .reported(nil): "reported success"
        case .reported(let error?): "reported failure \(error)"
        case .possiblyReported: "closed, possibly by us"
        case .leaseLost(let reason): "lease lost: \(reason.rawValue)"
        case .refused(let code): "report refused: \(code)"
        case .leftForNextStart: "left for the next start"
        }
    }
}
