/// The part of the envelope that the worker itself acts on; a stage decodes the rest.
package struct TaskHeader: Sendable, Hashable {
    /// What is asked of the stage.
    package enum Action: String, Sendable, Hashable, Codable {
        /// Do the stage's work.
        case run
        /// Undo it (Provision's roll back).
        case destroy
        /// Answered by the worker itself: a canary for the whole path.
        case ping
    }

    /// What is asked of the stage.
    package var action: Action
    /// `$$.Execution.Id`: the execution's ARN.
    package var execution: String
    /// `$$.State.EnteredTime` as it was sent.
    package var entered: String
    /// `entered` as milliseconds since 1970, for the lease.
    package var enteredMilliseconds: Int64
    /// `$$.State.RetryCount`.
    package var attempt: Int
    /// The state's `HeartbeatSeconds`.
    package var heartbeat: Duration
    /// The state's `TimeoutSeconds`.
    package var timeout: Duration
    /// `release.applicationId`, for the journal's fields; `nil` for a ping without a release.
    package var application: String?

    /// A header of these parts.
    package init(
        action: Action,
        execution: String,
        entered: String,
        enteredMilliseconds: Int64,
        attempt: Int,
        heartbeat: Duration,
        timeout: Duration,
        application: String?
    ) {
        self.action = action
        self.execution = execution
        self.entered = entered
        self.enteredMilliseconds = enteredMilliseconds
        self.attempt = attempt
        self.heartbeat = heartbeat
        self.timeout = timeout
        self.application = application
    }
}
