/// The state that Auto Scaling is bringing this instance to
/// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html).
///
/// Open, as Auto Scaling may learn more of them.
package struct TargetLifecycleState: RawRepresentable, Sendable, Hashable {
    package let rawValue: String

    /// A state of this name.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// In the group and at work.
    package static let inService = TargetLifecycleState(rawValue: "InService")
    /// In the group, taken out of service for a person to look at; it runs on.
    package static let standby = TargetLifecycleState(rawValue: "Standby")
    /// Taken out of the group; it runs on.
    package static let detached = TargetLifecycleState(rawValue: "Detached")
    /// Ended for good.
    package static let terminated = TargetLifecycleState(rawValue: "Terminated")
    /// In the warm pool, running.
    package static let warmedRunning = TargetLifecycleState(rawValue: "Warmed:Running")
    /// In the warm pool, stopped.
    package static let warmedStopped = TargetLifecycleState(rawValue: "Warmed:Stopped")
    /// In the warm pool, hibernated.
    package static let warmedHibernated = TargetLifecycleState(rawValue: "Warmed:Hibernated")
    /// Ended for good while in the warm pool.
    package static let warmedTerminated = TargetLifecycleState(rawValue: "Warmed:Terminated")

    /// Whether the instance does not run in this state.
    package var endsInstance: Bool {
        [.terminated, .warmedStopped, .warmedHibernated, .warmedTerminated].contains(self)
    }
}
