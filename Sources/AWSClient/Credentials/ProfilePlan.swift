/// How a profile's credentials are come by, decided from the files alone; nothing is called yet.
indirect enum ProfilePlan: Sendable, Hashable {
    /// Keys that stand in the file.
    case fixed(Credentials)
    /// `credential_process`.
    case process(CredentialCommand)
    /// `role_arn` with `web_identity_token_file`.
    case webIdentity(WebIdentityRole)
    /// `role_arn` with `credential_source`.
    case named(NamedCredentialSource)
    /// `role_arn`, assumed with what the other plan brings.
    case role(AssumedRole, with: ProfilePlan)
}

/// What `credential_source` may say.
enum NamedCredentialSource: String, Sendable, Hashable, CaseIterable {
    /// The keys in the environment.
    case environment = "Environment"
    /// The instance's role.
    case ec2InstanceMetadata = "Ec2InstanceMetadata"
    /// The container's role.
    case ecsContainer = "EcsContainer"
}

/// What `credential_process` is started with.
struct CredentialCommand: Sendable, Hashable {
    /// The setting as written; split without a shell.
    var text: String
    /// Name of the profile.
    var profile: String
    /// `file:line` of the setting, for messages.
    var place: String
    /// `aws_account_id` of the profile, for when the process does not say.
    var accountID: String?
}
