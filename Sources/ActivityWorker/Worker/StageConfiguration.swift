/// What one stage's worker is told.
package struct StageConfiguration: Sendable, Hashable {
    /// Which recovered tasks this worker reports at its start.
    package enum Recovery: Sendable, Hashable {
        /// Those of its own stage.
        case own
        /// Its own and those of every stage that is not in the set: exactly one worker of a daemon gets this, with the names of
        /// all enabled stages, so that a claim of a stage that was since switched off is still answered.
        case ownAndAllExcept(Set<String>)
    }

    /// The stage's name, for example `bakery`.
    package var stage: String
    /// ARN of its activity.
    package var activity: String
    /// Name sent with each poll: 1 to 80 characters without white space.
    package var workerName: String
    /// Tasks at once, 1 to 64.
    package var slots: Int
    /// Most polls open at once; at least 1. Default: one for each slot.
    package var pollCeiling: Int
    /// The longest a stage needs to stop once its lease ends: its tool's grace and some seconds.
    package var stopBudget: Duration
    /// By how much `heartbeatSeconds` must exceed the stop budget. Default 60 s.
    package var heartbeatMargin: Duration
    /// How long an interrupted worker goes on trying to report before it leaves the outcome to the next start. Default 10 s.
    package var interruptedReportBudget: Duration
    /// The daemon's version, for `ping`.
    package var version: String
    /// Which recovered tasks it reports. Default: its own.
    package var recovery: Recovery

    /// A configuration of these parts; slots and ceiling are brought into range.
    package init(
        stage: String,
        activity: String,
        workerName: String,
        slots: Int = 1,
        pollCeiling: Int? = nil,
        stopBudget: Duration,
        heartbeatMargin: Duration = .seconds(60),
        interruptedReportBudget: Duration = .seconds(10),
        version: String,
        recovery: Recovery = .own
    ) {
        self.stage = stage
        self.activity = activity
        self.workerName = workerName
        self.slots = max(1, slots)
        self.pollCeiling = max(1, min(pollCeiling ?? slots, max(1, slots)))
        self.stopBudget = stopBudget
        self.heartbeatMargin = heartbeatMargin
        self.interruptedReportBudget = interruptedReportBudget
        self.version = version
        self.recovery = recovery
    }

    /// Whether this worker answers for a recovered task of `stage`.
    func recovers(stage other: String) -> Bool {
        switch recovery {
        case .own: other == stage
        case .ownAndAllExcept(let enabled): other == stage || !enabled.contains(other)
        }
    }
}
