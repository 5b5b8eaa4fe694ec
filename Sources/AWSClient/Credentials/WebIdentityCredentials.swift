/// A role assumed with a token that somebody else's identity service writes to a file. The STS call is not signed.
struct WebIdentityCredentials: CredentialSource {
    /// Role and token file.
    let role: WebIdentityRole
    /// What calls STS.
    let services: CredentialServices
    /// Whose files are read.
    let environment: AWSEnvironment

    func fetch() async throws(CredentialProblem) -> CredentialAnswer {
        let text = try TokenFile.read(role.tokenFile, variable: role.tokenFileOrigin, environment)
        let token = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        guard !token.isEmpty else {
            throw CredentialProblem("\(role.tokenFile) (\(role.tokenFileOrigin)) is empty: no token to show STS")
        }
        let nobody = StaticCredentials(Credentials(accessKeyID: "", secretAccessKey: "", source: "none"))
        do {
            var credentials = try await services.sts(as: nobody)
                .assumeRoleWithWebIdentity(roleArn: role.arn, sessionName: role.sessionName, token: token)
            credentials.source = "\(role.source): role \(role.arn) by web identity"
            return .found(credentials, outlivesExpiration: false)
        } catch {
            throw CredentialProblem(
                "STS did not let \(role.arn) be assumed with the token in \(role.tokenFile); check the role's trust policy and the token",
                sts: error
            )
        }
    }
}

/// What `AssumeRoleWithWebIdentity` is called with.
struct WebIdentityRole: Sendable, Hashable {
    /// ARN of the role.
    let arn: String
    /// File of the token; read at every refresh.
    let tokenFile: String
    /// The setting that names the file.
    let tokenFileOrigin: String
    /// Name of the session, seen in CloudTrail.
    let sessionName: String
    /// Where all this was found: `environment`, `profile x`.
    let source: String

    /// The role that `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN` and `AWS_ROLE_SESSION_NAME` name, if any.
    ///
    /// - Throws: `CredentialProblem` when there is a file but no role.
    static func inEnvironment(_ environment: AWSEnvironment) throws(CredentialProblem) -> WebIdentityRole? {
        guard let file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] else { return nil }
        guard let arn = environment["AWS_ROLE_ARN"] else {
            throw CredentialProblem("AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN: set both or neither")
        }
        return WebIdentityRole(
            arn: arn,
            tokenFile: file,
            tokenFileOrigin: "AWS_WEB_IDENTITY_TOKEN_FILE",
            sessionName: environment["AWS_ROLE_SESSION_NAME"] ?? AssumedRole.defaultSessionName,
            source: "environment"
        )
    }
}
