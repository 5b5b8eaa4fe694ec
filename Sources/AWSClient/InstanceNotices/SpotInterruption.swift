package import FoundationEssentials

/// EC2's word that it takes this spot instance away
/// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html).
package struct SpotInterruption: Sendable, Hashable {
    /// What happens to the instance. Open, as EC2 may learn more of them.
    package struct Action: RawRepresentable, Sendable, Hashable {
        package let rawValue: String

        /// An action of this name.
        package init(rawValue: String) { self.rawValue = rawValue }

        /// The instance ends for good.
        package static let terminate = Action(rawValue: "terminate")
        /// The instance stops, and may be started again later.
        package static let stop = Action(rawValue: "stop")
        /// The instance's memory is written to disk. That begins at once, without the two minutes of the others.
        package static let hibernate = Action(rawValue: "hibernate")
    }

    /// What happens.
    package let action: Action
    /// About when it happens: normally two minutes after the notice was given.
    package let time: Date

    /// An interruption of these parts.
    package init(action: Action, time: Date) {
        self.action = action
        self.time = time
    }
}
