/// The credentials of the instance's role.
struct InstanceMetadataCredentials: CredentialSource {
    private static let path = "latest/meta-data/iam/security-credentials/"

    /// Whom to ask.
    let metadata: InstanceMetadata

    func fetch() async throws(CredentialProblem) -> CredentialAnswer {
        if metadata.isDisabled { return .notConfigured("AWS_EC2_METADATA_DISABLED is true") }
        guard let listed = try await metadata.value(at: Self.path) else {
            throw CredentialProblem("no role is attached to this instance: attach an instance profile to it")
        }
        guard let role = listed.split(separator: 0x0A).first.flatMap({ InstanceMetadata.line(Array($0)) }) else {
            throw CredentialProblem("instance metadata answered a role name that is none", kind: .transient)
        }
        guard let bytes = try await metadata.value(at: Self.path + role) else {
            throw CredentialProblem("instance metadata has no credentials for role \(role) yet", kind: .transient)
        }
        let origin = "instance metadata for role \(role)"
        let document = try CredentialDocument(bytes, origin: origin)
        if let code = document.code, code != "Success" {
            throw CredentialProblem(
                "\(origin) answered \(code): \(document.message ?? "no message"). Check the role's trust policy: ec2.amazonaws.com "
                    + "must be allowed to assume it"
            )
        }
        let credentials = try document.credentials(source: "imds role \(role)", origin: origin, needsExpiration: true)
        return .found(credentials, outlivesExpiration: true)
    }
}
