/// A hook at which Auto Scaling holds an instance, as DescribeLifecycleHooks answers it.
package struct LifecycleHook: Sendable, Hashable {
    /// When it holds: `autoscaling:EC2_INSTANCE_TERMINATING` or `autoscaling:EC2_INSTANCE_LAUNCHING`.
    package let transition: String
    /// How long it holds without a heartbeat, in seconds.
    package let heartbeatTimeoutSeconds: Int
    /// The longest it holds whatever heartbeats come, in seconds; `nil` when the service does not say.
    package let globalTimeoutSeconds: Int?
    /// What happens when nobody completes it: `CONTINUE` or `ABANDON`. An instance that terminates does so by both.
    package let defaultResult: String

    /// A hook of these parts.
    package init(
        transition: String,
        heartbeatTimeoutSeconds: Int,
        globalTimeoutSeconds: Int?,
        defaultResult: String
    ) {
        self.transition = transition
        self.heartbeatTimeoutSeconds = heartbeatTimeoutSeconds
        self.globalTimeoutSeconds = globalTimeoutSeconds
        self.defaultResult = defaultResult
    }
}
