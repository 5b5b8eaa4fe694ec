import Foundation

/// What a test tells its worker process, as a JSON file.
struct WorkerSettings: Codable, Sendable {
    /// URL of the fake Step Functions.
    var server: String
    /// ARN of the activity.
    var activity: String
    /// Journal, workspaces and evidence are below it.
    var folder: String
    /// Absolute path of `builderd`, for its supervisors.
    var builderd: String
    /// Tasks at once.
    var slots: Int
    /// From SIGTERM to SIGKILL for a tool.
    var graceMilliseconds: Int
    /// The stage's stop budget.
    var stopBudgetMilliseconds: Int
    /// At which passage of a probe point the process kills itself; `nil` for never.
    var killAt: Int?
    /// Answers in place of the service manager's: one for each time it is asked, the last for ever.
    var wishes: [String]?
}

/// The input of one task, as the test schedules it.
struct TaskInput: Codable, Sendable {
    var execution: String
    var attempt: Int
    var heartbeatMilliseconds: Int
    /// Twentieths of a second that each tool takes.
    var rounds: Int
    /// Whether the first tool takes no notice of SIGTERM.
    var isDeaf: Bool
    /// Shell text that the first tool runs at its end.
    var script: String?
}
