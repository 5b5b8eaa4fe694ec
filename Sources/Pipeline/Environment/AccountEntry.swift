/// How the builder acts in one account.
package struct AccountEntry: Sendable, Hashable, Codable {
    /// Role that it assumes; `nil` acts as the builder itself.
    package var roleArn: String?
    /// External id the role demands, if it does.
    package var externalId: String?

    /// A value of these parts.
    package init(roleArn: String? = nil, externalId: String? = nil) {
        self.roleArn = roleArn
        self.externalId = externalId
    }
}
