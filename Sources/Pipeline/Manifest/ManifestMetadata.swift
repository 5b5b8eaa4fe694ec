/// Whose application it is; becomes the tags of every resource.
package struct ManifestMetadata: Sendable, Hashable, Codable {
    /// `^[a-z][a-z0-9-]{1,30}$`; must equal the release's.
    package var applicationId: String
    /// Team or person who answers for it.
    package var owner: String
    /// Who pays.
    package var costCenter: String
    /// Class of the data it holds, for example `internal`.
    package var dataClass: String
    /// The AWS account it runs in: 12 digits, listed in the environment's configuration.
    package var accountId: String

    /// A value of these parts.
    package init(applicationId: String, owner: String, costCenter: String, dataClass: String, accountId: String) {
        self.applicationId = applicationId
        self.owner = owner
        self.costCenter = costCenter
        self.dataClass = dataClass
        self.accountId = accountId
    }
}
