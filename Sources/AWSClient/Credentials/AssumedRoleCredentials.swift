/// A role assumed with other credentials.
package struct AssumedRoleCredentials: CredentialSource {
    private let role: AssumedRole
    private let base: any CredentialProvider
    private let services: CredentialServices

    /// - Parameters:
    ///   - role: what to assume.
    ///   - base: whom STS is asked as.
    ///   - services: what calls STS.
    package init(role: AssumedRole, base: any CredentialProvider, services: CredentialServices) {
        self.role = role
        self.base = base
        self.services = services
    }

    package func fetch() async throws(CredentialProblem) -> CredentialAnswer {
        do {
            var credentials = try await services.sts(as: base).assumeRole(
                roleArn: role.arn,
                sessionName: role.sessionName,
                externalId: role.externalID,
                durationSeconds: role.durationSeconds
            )
            credentials.source = "role \(role.arn)"
            return .found(credentials, outlivesExpiration: false)
        } catch  where error.code == .credentialsUnavailable {
            throw CredentialProblem(
                "role \(role.arn) cannot be assumed: \(error.message)",
                kind: error.kind,
                underlying: error
            )
        } catch {
            throw CredentialProblem(
                "role \(role.arn) cannot be assumed; check that its trust policy names the builder's role"
                    + (role.externalID == nil ? " and whether it asks for an external id" : " and this external id"),
                sts: error
            )
        }
    }
}

extension AWSConfiguration {
    /// This configuration, acting as a role: the application's account, where `self` is the builder.
    ///
    /// The role is assumed at the first call that needs it, and again before its credentials expire. Keep the result for as long
    /// as it is used: each one has credentials of its own.
    ///
    /// - Parameters:
    ///   - arn: the role's ARN.
    ///   - externalId: the external id that its trust policy asks for, if any.
    ///   - sessionName: name of the session, seen in CloudTrail.
    ///   - environment: where the time and randomness come from.
    package func assumingRole(
        arn: String,
        externalId: String?,
        sessionName: String,
        environment: AWSEnvironment = AWSEnvironment(variables: [:])
    ) -> AWSConfiguration {
        let services = CredentialServices(
            transport: transport,
            region: region,
            endpoints: endpoints,
            userAgent: userAgent,
            logger: logger
        )
        let role = AssumedRole(arn: arn, sessionName: sessionName, externalID: externalId)
        var assumed = self
        assumed.credentials = RefreshingCredentials(
            source: AssumedRoleCredentials(role: role, base: credentials, services: services),
            environment: environment,
            logger: logger
        )
        return assumed
    }
}
