/// Failure names that the worker itself reports. Stable: state machines match on them. The names of every part stand in Pipeline,
/// which this module does not know; a test holds these to them.
enum FailureName: String, CaseIterable {
    /// The envelope cannot be worked on as it is.
    case inputInvalid = "Builder.InputInvalid"
    /// The stage's output is over the service's limit.
    case outputTooLarge = "Builder.OutputTooLarge"
    /// The task arrived while the daemon was stopping.
    case draining = "Builder.Draining"
    /// The daemon stopped, or could not keep a record, before the stage ended.
    case interrupted = "Builder.Interrupted"
    /// An operator cancelled the task. Not retried.
    case cancelled = "Builder.Cancelled"
    /// The state's `TimeoutSeconds` was nearly used up, so the stage was stopped.
    case timedOut = "Builder.TimedOut"
    /// A fault of builderd's own.
    case `internal` = "Builder.Internal"
}

extension TaskFailure {
    /// A failure of the worker's own.
    init(_ name: FailureName, message: String, next: String, step: String? = nil, detail: String? = nil) {
        self.init(name.rawValue, message: message, next: next, step: step, detail: detail)
    }
}
