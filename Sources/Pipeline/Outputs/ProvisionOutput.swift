/// What Provision returns into `$.stages.provision` of the execution's state.
package struct ProvisionOutput: Sendable, Hashable, Codable {
    /// `apply`; of a roll back `restore`, or `destroy` where no earlier release had been completed.
    package var action: String
    /// Terraform's outputs that are not sensitive.
    package var outputs: [String: JSONValue]
    /// Terraform output `endpoint`: an http(s) URL; `nil` after a destroy.
    package var endpoint: String?
    /// Resources added.
    package var added: Int
    /// Resources changed in place.
    package var changed: Int
    /// Resources destroyed.
    package var removed: Int
    /// Where the state is: `s3://bucket/key`.
    package var state: String
    /// The release that a `restore` went back to.
    package var restored: RestoredRelease?

    /// A value of these parts.
    package init(
        action: String,
        outputs: [String: JSONValue],
        endpoint: String? = nil,
        added: Int,
        changed: Int,
        removed: Int,
        state: String,
        restored: RestoredRelease? = nil
    ) {
        self.action = action
        self.outputs = outputs
        self.endpoint = endpoint
        self.added = added
        self.changed = changed
        self.removed = removed
        self.state = state
        self.restored = restored
    }
}
