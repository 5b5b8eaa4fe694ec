package import Pipeline

/// As whom a tool acts: the builder itself, or a role in the application's account that the builder assumes.
///
/// It becomes a private AWS configuration file with two profiles: `builderd-builder`, the builder's own credentials (for
/// Terraform's state, which is the builder's), and `builderd`, which the tool acts as. No key is in the tool's environment; the
/// tool's own SDK reads the file and refreshes. Format: https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
package struct ToolAccess: Sendable {
    /// Name of the profile that a tool acts as.
    package static let profile = "builderd"
    /// Name of the profile of the builder's own credentials.
    package static let builderProfile = "builderd-builder"

    /// Where the builder's credentials come from.
    package var source: ToolCredentialSource
    /// The role to assume, if any.
    package var role: AccountAccess?
    /// Region of both profiles.
    package var region: String
    /// `role_session_name`, which CloudTrail shows: `builderd-<task id>`.
    package var sessionName: String

    /// An access of these parts.
    package init(source: ToolCredentialSource, role: AccountAccess?, region: String, sessionName: String) {
        self.source = source
        self.role = role
        self.region = region
        self.sessionName = sessionName
    }

    /// The configuration file's text.
    ///
    /// - Throws: `ToolAccessError` when the base profile is not in its file, or a value holds a line end.
    package func configuration() throws -> String {
        var lines = ["[profile \(Self.builderProfile)]"]
        lines += try builderLines()
        lines += ["", "[profile \(Self.profile)]"]
        guard let role else {
            lines += try builderLines()
            return lines.joined(separator: "\n") + "\n"
        }
        lines += ["region = \(region)", "role_arn = \(role.roleArn)", "role_session_name = \(sessionName)"]
        if let externalId = role.externalId { lines.append("external_id = \(externalId)") }
        switch source {
        case .ec2InstanceMetadata: lines.append("credential_source = Ec2InstanceMetadata")
        case .ecsContainer: lines.append("credential_source = EcsContainer")
        case .profile: lines.append("source_profile = \(Self.builderProfile)")
        }
        guard lines.allSatisfy({ !$0.contains(where: \.isNewline) }) else {
            throw ToolAccessError(message: "A value for the tool's AWS profile holds a line end.")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Without a key or a source in a profile, the SDKs go on to the container's or the instance's credentials.
    private func builderLines() throws -> [String] {
        guard case .profile(let name, let file) = source else { return ["region = \(region)"] }
        let settings = try ConfigurationProfile.read(name, in: file)
        return ["region = \(region)"] + settings.filter { !$0.lowercased().hasPrefix("region") }
    }
}

/// Why the tool's private AWS configuration could not be made.
package struct ToolAccessError: Error, Sendable, Hashable {
    /// One sentence for a person.
    package let message: String
}
