/// What every section begins with: whose release it is, where it goes and what marks its resources.
package struct SectionHead: Sendable, Hashable, Codable {
    /// `metadata.applicationId` of the manifest.
    package var applicationId: String
    /// The release's environment, for example `dev`.
    package var environment: String
    /// The release's version.
    package var version: String
    /// The application's AWS account, 12 digits.
    package var accountId: String
    /// Tags that every created resource carries: owner, costCenter, dataClass, applicationId, environment, version.
    package var tags: [String: String]
    /// How to act in the application's account; `nil` acts with the builder's own credentials.
    package var access: AccountAccess?

    /// A value of these parts.
    package init(
        applicationId: String,
        environment: String,
        version: String,
        accountId: String,
        tags: [String: String],
        access: AccountAccess? = nil
    ) {
        self.applicationId = applicationId
        self.environment = environment
        self.version = version
        self.accountId = accountId
        self.tags = tags
        self.access = access
    }
}
