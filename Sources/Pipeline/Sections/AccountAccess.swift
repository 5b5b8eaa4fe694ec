/// The role that Provision, Validation and Post Provision assume in an application's account.
package struct AccountAccess: Sendable, Hashable, Codable {
    /// ARN of the role.
    package var roleArn: String
    /// External id the role demands, if it does.
    package var externalId: String?

    /// A value of these parts.
    package init(roleArn: String, externalId: String? = nil) {
        self.roleArn = roleArn
        self.externalId = externalId
    }
}
