/// What became of an operator's wish that a task end.
package enum TaskCancellation: Sendable, Hashable {
    /// Its stage has been told to end; the task is reported as `Builder.Cancelled` once it has.
    case cancelled
    /// Its stage is over already, and its end is being reported.
    case tooLate
    /// The worker itself is ending, and the task is on its way to a successor or interrupted.
    case ending
    /// The worker has no such task.
    case unknown
}
