/// Failure names that the worker itself reports. Stable: state machines match on them.
package enum FailureName {
    /// The envelope cannot be worked on as it is.
    package static let inputInvalid = "Builder.InputInvalid"
    /// The stage's output is over the service's limit.
    package static let outputTooLarge = "Builder.OutputTooLarge"
    /// The task arrived while the daemon was stopping.
    package static let draining = "Builder.Draining"
    /// The daemon stopped, or could not keep a record, before the stage ended.
    package static let interrupted = "Builder.Interrupted"
    /// The state's `TimeoutSeconds` was nearly used up, so the stage was stopped.
    package static let timedOut = "Builder.TimedOut"
    /// A fault of builderd's own.
    package static let `internal` = "Builder.Internal"
}
