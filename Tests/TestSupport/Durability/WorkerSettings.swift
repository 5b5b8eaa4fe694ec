import Foundation

/// What a test tells its worker process, as a JSON file.
package struct WorkerSettings: Codable, Sendable {
    /// URL of the fake Step Functions.
    package var server: String
    /// ARN of the activity.
    package var activity: String
    /// Journal, workspaces and evidence are below it.
    package var folder: String
    /// Absolute path of `builderd`, for its supervisors.
    package var builderd: String
    /// Tasks at once.
    package var slots: Int
    /// From SIGTERM to SIGKILL for a tool.
    package var graceMilliseconds: Int
    /// The stage's stop budget.
    package var stopBudgetMilliseconds: Int
    /// At which passage of a probe point the process kills itself; `nil` for never.
    package var killAt: Int?
    /// Answers in place of the service manager's: one for each time it is asked, the last for ever.
    package var wishes: [String]?

    /// Settings of these parts.
    package init(
        server: String,
        activity: String,
        folder: String,
        builderd: String,
        slots: Int,
        graceMilliseconds: Int,
        stopBudgetMilliseconds: Int
    ) {
        self.server = server
        self.activity = activity
        self.folder = folder
        self.builderd = builderd
        self.slots = slots
        self.graceMilliseconds = graceMilliseconds
        self.stopBudgetMilliseconds = stopBudgetMilliseconds
    }
}
