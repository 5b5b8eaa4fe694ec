/// What Pre Provision returns into `$.stages.preProvision` of the execution's state.
package struct PreProvisionOutput: Sendable, Hashable, Codable {
    /// The manifest's `metadata.applicationId`.
    package var applicationId: String
    /// The release's environment, for example `dev`.
    package var environment: String
    /// The release's version.
    package var version: String
    /// The application's AWS account, 12 digits.
    package var accountId: String
    /// Section by stage name (`bakery`, `provision`, `validation`, `postProvision`).
    package var parameters: [String: ParameterReference]
    /// SHA-256 of the manifest's bytes, hex.
    package var manifestSHA256: String
    /// S3 version id of the manifest, if it came from S3.
    package var manifestVersionId: String?
    /// When Pre Provision was entered, as Step Functions said it: the same for all that comes later in the execution, so that its
    /// inventory item has one key. `nil` where an earlier builderd ran the stage.
    package var entered: String?

    /// A value of these parts.
    package init(
        applicationId: String,
        environment: String,
        version: String,
        accountId: String,
        parameters: [String: ParameterReference],
        manifestSHA256: String,
        manifestVersionId: String? = nil,
        entered: String? = nil
    ) {
        self.applicationId = applicationId
        self.environment = environment
        self.version = version
        self.accountId = accountId
        self.parameters = parameters
        self.manifestSHA256 = manifestSHA256
        self.manifestVersionId = manifestVersionId
        self.entered = entered
    }
}
