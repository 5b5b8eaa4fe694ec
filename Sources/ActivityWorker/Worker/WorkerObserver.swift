/// Hears what a worker does. Called on the worker's own path: return quickly, never block.
package protocol WorkerObserver: Sendable {
    /// `event` has just happened in `stage`.
    func observe(_ event: WorkerEvent, stage: String)
}

/// One thing that happened in a worker.
package enum WorkerEvent: Sendable {
    /// A poll was sent.
    case pollStarted(at: BootInstant)
    /// A poll was answered, or failed with `error`; `brought` says whether it handed over a task.
    case pollFinished(at: BootInstant, took: Duration, brought: Bool, error: ActivityServiceError.Kind?)
    /// A task was taken.
    case claimed
    /// A task that an earlier process left goes on where it was.
    case resumed
    /// A tool that an earlier process began was adopted.
    case toolAdopted
    /// A heartbeat was acknowledged.
    case heartbeatAcknowledged(at: BootInstant, took: Duration)
    /// A heartbeat failed and will be tried again.
    case heartbeatFailed(ActivityServiceError.Kind)
    /// A report was acknowledged, `took` after this process received the task; `error` is the failure name, `nil` for success.
    case reported(error: String?, took: Duration)
    /// One attempt to report failed and will be made again.
    case reportFailed(ActivityServiceError.Kind)
    /// A task's lease ended before it was reported.
    case leaseLost(LeaseLost.Reason)
    /// So many slots are busy now.
    case slotsBusy(Int)
    /// The journal could not be written (`true`) or can be again (`false`): no task is claimed meanwhile.
    case journalBlocked(Bool)
}

/// An observer that ignores everything.
package struct SilentObserver: WorkerObserver {
    /// An observer.
    package init() {}
    /// Does nothing.
    package func observe(_ event: WorkerEvent, stage: String) {}
}
