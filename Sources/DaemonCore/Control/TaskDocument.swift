/// What the control socket says about one task. Never a token, an input, an output or what a step returned.
package struct TaskDocument: Codable, Sendable, Hashable {
    /// The task's id, once its envelope was read.
    package var task: String?
    /// Name of its claim's folder in the journal.
    package var claim: String
    /// The stage.
    package var stage: String
    /// The execution's ARN.
    package var execution: String?
    /// `release.applicationId`.
    package var application: String?
    /// `run`, `destroy` or `ping`.
    package var action: String?
    /// How many attempts of its state came before.
    package var attempt: Int?
    /// `running`, `cancelling`, `reporting`, or how it ended.
    package var state: String
    /// When it was claimed, ISO 8601.
    package var claimed: String?
    /// When it was closed, ISO 8601.
    package var closed: String?
    /// Seconds since the claim, of one that runs.
    package var ageSeconds: Double?
    /// The step or tool it is in.
    package var step: String?
    /// Until it would be stopped if no further heartbeat were acknowledged.
    package var leaseLeftSeconds: Double?
    /// Since the last acknowledged heartbeat.
    package var heartbeatAgeSeconds: Double?
    /// Recorded steps and tools begun, oldest first.
    package var steps: [Step]
    /// Tools in its workspace.
    package var tools: [Tool]
    /// How to read its whole log.
    package var log: String

    /// One record of the journal.
    package struct Step: Codable, Sendable, Hashable {
        /// `step` or `tool`.
        package var kind: String
        /// Its name.
        package var name: String
        /// When it was recorded, ISO 8601.
        package var recorded: String
        /// Whether it has ended.
        package var isOver: Bool
    }

    /// One external tool.
    package struct Tool: Codable, Sendable, Hashable {
        /// Its folder's name.
        package var name: String
        /// Absolute path of the program.
        package var executable: String?
        /// Its process, while it runs.
        package var pid: Int32?
        /// `starting`, `running`, `exited <status>`, `ended by signal <number>`, …
        package var state: String
    }
}

/// One task that has ended, by the journal's history.
package struct EndedTaskDocument: Codable, Sendable, Hashable {
    /// The task's id, if its envelope could be read.
    package var task: String?
    /// Name of its claim.
    package var claim: String
    /// The stage.
    package var stage: String
    /// The execution's ARN.
    package var execution: String?
    /// ISO 8601.
    package var claimed: String
    /// ISO 8601.
    package var closed: String
    /// How it ended, a phrase.
    package var ending: String
}

/// The control socket's answer to a change of stages.
package struct StagesDocument: Codable, Sendable, Hashable {
    /// Stages that are now as asked and were not before.
    package var changed: [String]
    /// Stages that were so already.
    package var unchanged: [String]
}

/// The control socket's answer to what it does not do.
package struct ControlProblem: Codable, Sendable, Hashable {
    /// What is wrong.
    package var error: String
    /// What to do.
    package var next: String
}
