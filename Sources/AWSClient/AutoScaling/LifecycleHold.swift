/// One instance that Auto Scaling holds at a lifecycle hook.
package struct LifecycleHold: Sendable, Hashable {
    /// The group's name.
    package let group: String
    /// The hook's name.
    package let hook: String
    /// The instance's id.
    package let instanceID: String

    /// A hold of these parts.
    package init(group: String, hook: String, instanceID: String) {
        self.group = group
        self.hook = hook
        self.instanceID = instanceID
    }
}
