/// Decides, attempt by attempt, what becomes of a report. Pure.
///
/// Delays double from 0.5 s (throttled: from 1 s) to 60 s, ±20 %, never past 60 s; when permission is missing they start at 10 s.
/// There is no last attempt while the answer may still come, except that a call the service refuses for its own content is not
/// repeated for ever: a success is replaced by a failure after 3 refusals, a failure is given up after 10.
package struct ReportProgress: Sendable {
    /// What to do next.
    package enum Step: Sendable, Hashable {
        /// The report is over.
        case ended(TaskEnding)
        /// Make the same report again after this.
        case retry(Duration)
        /// The service does not take this success: report a failure instead, at once.
        case replaceSuccess
    }

    /// Attempts made.
    package private(set) var attempts = 0
    /// Whether an attempt so far may have been acted upon although it was not acknowledged.
    package private(set) var isAmbiguous: Bool
    private var refusals = 0
    private var transient = Backoff(base: .milliseconds(500), cap: .seconds(60))
    private var throttled = Backoff(base: .seconds(1), cap: .seconds(60))
    private var slow = Backoff(base: .seconds(10), cap: .seconds(60))

    /// Progress at its start; `isAmbiguous` when an earlier process may have made the report already.
    package init(isAmbiguous: Bool) { self.isAmbiguous = isAmbiguous }

    /// The attempt was acknowledged.
    package mutating func acknowledged(_ report: TaskReport) -> Step {
        attempts += 1
        return .ended(.reported(error: report.error))
    }

    /// The attempt failed with `error`; `random` in 0..<1.
    package mutating func failed(_ report: TaskReport, with error: ActivityServiceError, random: Double) -> Step {
        attempts += 1
        if error.isTokenDead {
            return .ended(isAmbiguous || error.mayHaveActed ? .possiblyReported : .leaseLost(error.lossReason))
        }
        isAmbiguous = isAmbiguous || error.mayHaveActed
        switch error.kind {
        case .transient: return .retry(transient.next(random: random))
        case .throttled: return .retry(throttled.next(random: random))
        case .denied: return .retry(slow.next(random: random))
        case .invalidOutput, .refused, .activityDoesNotExist, .taskTimedOut, .taskDoesNotExist:
            refusals += 1
            if case .success = report, refusals >= 3 || error.kind == .invalidOutput {
                refusals = 0
                return .replaceSuccess
            }
            return refusals >= 10 ? .ended(.refused(code: error.code)) : .retry(slow.next(random: random))
        }
    }
}

extension ActivityServiceError {
    /// Why the lease is over, for an error that says the token is dead.
    package var lossReason: LeaseLost.Reason {
        switch kind {
        case .taskTimedOut: .timedOut
        case .taskDoesNotExist where code.hasSuffix("InvalidToken"): .tokenDead
        default: .cancelled
        }
    }
}
