import ActivityWorker

/// What the control socket asks the daemon to do, and what it asks about.
protocol ControlTarget: Sendable {
    /// Names of the enabled stages, in pipeline order.
    var stages: [String] { get }
    /// No polls of these stages until they are resumed, over restarts too; tasks go on. Returns those that were not paused before.
    func pause(_ stages: [String], by who: String) async throws -> [String]
    /// Polling goes on. Returns those that were paused before.
    func resume(_ stages: [String], by who: String) async throws -> [String]
    /// Stops the task of this id or claim.
    func cancel(_ task: String, by who: String) async -> TaskCancellation
    /// Everything about the task of this id or claim, running or not; `nil` when nobody knows it.
    func details(of task: String) async -> TaskDocument?
    /// The tasks that have ended, newest first.
    func ended(_ count: Int) async -> [EndedTaskDocument]
    /// The last lines of a task's log; `nil` when this process has seen none.
    func logLines(of task: String, _ count: Int) async -> [String]?
}
