/// What became of an operator's wish that a task end.
package enum TaskCancellation: Sendable, Hashable {
    /// Its stage has been told to end; the task is reported as `Builder.Cancelled` once it has.
    case cancelled
    /// As `cancelled`, but the wish could not be written down: after a crash before the report the task would run on.
    case cancelledUnrecorded
    /// Its stage is over already, and its end is being reported.
    case tooLate
    /// The worker itself is ending, and the task is on its way to a successor or interrupted.
    case ending
    /// The worker has no such task.
    case unknown
}
