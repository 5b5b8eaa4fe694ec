import CurlTransport

/// The STS operations that the credential sources and checks use (Query protocol).
///
/// https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
package struct STSClient: Sendable {
    private let service: QueryService

    /// A client of this configuration; copies share retry budget, clock correction and signing key.
    package init(_ configuration: AWSConfiguration, environment: RuntimeEnvironment = .system) {
        service = QueryService(
            ServiceRuntime(configuration, service: .sts, environment: environment),
            version: "2011-06-15"
        )
    }

    /// Whom the credentials belong to.
    package func getCallerIdentity() async throws(AWSError) -> CallerIdentity {
        try await service.send(QueryForm("GetCallerIdentity")) { (root) throws(AnswerProblem) in
            let result = try root.required("GetCallerIdentityResult")
            return CallerIdentity(
                account: try result.requiredText("Account"),
                arn: try result.requiredText("Arn"),
                userID: try result.requiredText("UserId")
            )
        }
    }

    /// Temporary credentials of a role.
    ///
    /// - Parameters:
    ///   - sessionName: 2 to 64 of `A-Z a-z 0-9 _ = , . @ -`.
    ///   - durationSeconds: 15 minutes (900) to the role's maximum; the service's default (3,600) when `nil`.
    ///   - policy: JSON text of an inline session policy.
    package func assumeRole(
        roleArn: String,
        sessionName: String,
        externalId: String? = nil,
        durationSeconds: Int? = nil,
        policy: String? = nil
    ) async throws(AWSError) -> Credentials {
        var form = QueryForm("AssumeRole")
        form.add("RoleArn", roleArn)
        form.add("RoleSessionName", sessionName)
        form.add("ExternalId", externalId)
        form.add("Policy", policy)
        form.add("DurationSeconds", durationSeconds.map(String.init))
        return try await service.send(form) { (root) throws(AnswerProblem) in
            try Credentials(result: root.required("AssumeRoleResult"), source: "role \(roleArn)")
        }
    }

    /// Temporary credentials of a role for the bearer of an OpenID Connect token. The request is not signed.
    ///
    /// - Parameter token: the identity provider's token; a secret.
    package func assumeRoleWithWebIdentity(
        roleArn: String,
        sessionName: String,
        token: String,
        durationSeconds: Int? = nil
    ) async throws(AWSError) -> Credentials {
        var form = QueryForm("AssumeRoleWithWebIdentity")
        form.add("RoleArn", roleArn)
        form.add("RoleSessionName", sessionName)
        form.add("WebIdentityToken", token)
        form.add("DurationSeconds", durationSeconds.map(String.init))
        return try await service.send(form, isSigned: false) { (root) throws(AnswerProblem) in
            try Credentials(result: root.required("AssumeRoleWithWebIdentityResult"), source: "role \(roleArn)")
        }
    }
}

extension Credentials {
    /// The credentials in an AssumeRole answer's result.
    init(result: XMLElement, source: String) throws(AnswerProblem) {
        let element = try result.required("Credentials")
        let expiry = try element.requiredText("Expiration")
        guard let expiration = ISO8601.date(expiry) else {
            throw AnswerProblem("the credentials' Expiration is not a date")
        }
        self.init(
            accessKeyID: try element.requiredText("AccessKeyId"),
            secretAccessKey: try element.requiredText("SecretAccessKey"),
            sessionToken: try element.requiredText("SessionToken"),
            expiration: expiration,
            accountID: result.child("AssumedRoleUser")?.text("Arn").flatMap(Self.account(ofARN:)),
            source: source
        )
    }

    private static func account(ofARN arn: String) -> String? {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[4].utf8.count == 12 ? String(parts[4]) : nil
    }
}
