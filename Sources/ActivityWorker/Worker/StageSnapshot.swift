/// What a stage's worker is doing at one instant, for `/status` and `/readyz`. States only what was observed.
package struct StageSnapshot: Sendable, Hashable {
    /// Where the worker is in its life.
    package enum Phase: String, Sendable, Hashable {
        /// Made, not running yet.
        case idle
        /// Polling while a slot is free.
        case running
        /// No new polls; open polls and tasks end by themselves.
        case draining
        /// As `draining`, and the tasks' stages were cancelled.
        case interrupted
        /// `run()` has returned.
        case stopped
    }

    /// One claimed task.
    package struct Running: Sendable, Hashable {
        /// Name of its folder in the journal: hash of its token.
        package var claim: String
        /// The task's id, once its envelope was read.
        package var id: String?
        /// Its execution, once its envelope was read.
        package var execution: String?
        /// Its application, if the envelope names one.
        package var application: String?
        /// What is asked of the stage, once its envelope was read.
        package var action: TaskHeader.Action?
        /// `$$.State.RetryCount`, once its envelope was read.
        package var attempt: Int?
        /// Since the claim.
        package var age: Duration
        /// Step or tool it is in.
        package var step: String?
        /// Until the stage would be stopped if no further heartbeat were acknowledged; `nil` before the lease is opened, negative after its end.
        package var leaseLeft: Duration?
        /// Since the last acknowledged heartbeat was sent.
        package var heartbeatAge: Duration?
        /// Whether its outcome is settled and being reported.
        package var isReporting: Bool
        /// Whether an operator has cancelled it.
        package var isCancelled: Bool
    }

    /// The stage's name.
    package var stage: String
    /// Where the worker is in its life.
    package var phase: Phase
    /// Tasks at once.
    package var slots: Int
    /// Slots in use.
    package var busy: Int
    /// Age of each open poll, oldest first.
    package var openPolls: [Duration]
    /// Since the last poll that was answered well, with or without a task.
    package var lastCompletedPoll: Duration?
    /// Since a slot's loop last did anything, while one is free to poll and none does; `nil` while nothing is expected of them.
    package var idle: Duration?
    /// What polling suffers from at the moment: the last error, or why the journal holds it back.
    package var problem: String?
    /// Claimed tasks, oldest first.
    package var tasks: [Running]
    /// Whether an operator has paused polling.
    package var paused: Bool

    /// Why the stage cannot be at work as it should; `nil` when it can.
    ///
    /// A poll's exchange ends by itself after 70 s: one that is older than `patience` means that the transport's thread no longer turns,
    /// whatever AWS does. A free slot sleeps for 30 s at the longest between polls (`PollBackoff`): past `patience` its loop hangs.
    package var hang: String? {
        if let oldest = openPolls.first, oldest > Self.patience {
            return "a poll has been open for \(oldest.wholeSeconds) s although its deadline is 70 s"
        }
        if let idle, idle > Self.patience { return "a slot is free and has not polled for \(idle.wholeSeconds) s" }
        return nil
    }

    /// How long nothing may happen.
    package static let patience = Duration.seconds(120)
}
