/// What was observed of one enabled stage. Ages are from now, so the rules need no clock.
package struct StageReadiness: Sendable, Hashable {
    /// A poll that has been sent and not answered.
    package struct OpenPoll: Sendable, Hashable {
        /// Since it was sent.
        package var age: Duration
        /// Whether its connection is established (TLS included).
        package var isConnected: Bool

        /// A poll of these parts.
        package init(age: Duration, isConnected: Bool) {
            self.age = age
            self.isConnected = isConnected
        }
    }

    /// The stage's name, for example `bakery`.
    package var name: String
    /// Since a poll was last answered well, with or without a task; `nil` when none was.
    package var lastPollAge: Duration?
    /// Polls under way.
    package var openPolls: [OpenPoll]
    /// Configured slots, at least 1.
    package var slots: Int
    /// For each slot at work, whether its last heartbeat was acknowledged in time.
    package var busySlotsInTime: [Bool]
    /// Whether it takes no tasks on purpose (drain, or an operator's pause).
    package var isPaused: Bool
    /// Why the last poll failed, for a person; `nil` when it did not.
    package var lastPollProblem: String?

    /// An observation of these parts.
    package init(
        name: String,
        lastPollAge: Duration?,
        openPolls: [OpenPoll] = [],
        slots: Int,
        busySlotsInTime: [Bool] = [],
        isPaused: Bool = false,
        lastPollProblem: String? = nil
    ) {
        self.name = name
        self.lastPollAge = lastPollAge
        self.openPolls = openPolls
        self.slots = slots
        self.busySlotsInTime = busySlotsInTime
        self.isPaused = isPaused
        self.lastPollProblem = lastPollProblem
    }
}
