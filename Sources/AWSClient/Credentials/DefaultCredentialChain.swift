/// The order in which credentials are looked for: environment, shared profile, web identity in the environment, container,
/// instance metadata (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html).
///
/// A source that is in use and fails ends the search: the next one would be another identity. A profile named by the
/// configuration goes before keys in the environment.
package struct DefaultCredentialChain: CredentialSource {
    private let sources: [(name: String, source: any CredentialSource)]

    /// The chain for these surroundings.
    ///
    /// - Parameters:
    ///   - environment: where everything is read.
    ///   - services: what calls STS and metadata services.
    package init(environment: AWSEnvironment, services: CredentialServices) {
        let metadata = InstanceMetadata(transport: services.transport, environment: environment)
        var sources: [(name: String, source: any CredentialSource)] = [
            ("profile", ProfileCredentials(environment: environment, services: services, metadata: metadata)),
            ("web identity", EnvironmentWebIdentity(environment: environment, services: services)),
            ("container", ContainerCredentials(transport: services.transport, environment: environment)),
            ("instance metadata", InstanceMetadataCredentials(metadata: metadata)),
        ]
        if environment.configuredProfile == nil {
            sources.insert(("environment", EnvironmentCredentials(environment: environment)), at: 0)
        }
        self.sources = sources
    }

    /// The chain, kept fresh: what the daemon signs with.
    package static func provider(environment: AWSEnvironment, services: CredentialServices) -> RefreshingCredentials {
        RefreshingCredentials(
            source: DefaultCredentialChain(environment: environment, services: services),
            environment: environment,
            logger: services.logger
        )
    }

    package func fetch() async throws(CredentialProblem) -> CredentialAnswer {
        var skipped: [String] = []
        for (name, source) in sources {
            do {
                switch try await source.fetch() {
                case .found(let credentials, let outlivesExpiration):
                    return .found(credentials, outlivesExpiration: outlivesExpiration)
                case .notConfigured(let reason):
                    skipped.append("\(name) (\(reason))")
                }
            } catch {
                guard source is InstanceMetadataCredentials else { throw error }
                throw CredentialProblem(
                    Self.nothing(skipped + ["\(name) (\(error.message))"]),
                    kind: error.kind,
                    underlying: error.underlying
                )
            }
        }
        throw CredentialProblem(Self.nothing(skipped))
    }

    private static func nothing(_ tried: [String]) -> String {
        "no AWS credentials found. Attach an instance profile to this host, or set aws.profile in builderd.yaml. Tried: "
            + tried.joined(separator: "; ")
    }
}

/// `AWS_WEB_IDENTITY_TOKEN_FILE` with `AWS_ROLE_ARN`.
struct EnvironmentWebIdentity: CredentialSource {
    /// The surroundings that have the variables.
    let environment: AWSEnvironment
    /// What calls STS.
    let services: CredentialServices

    func fetch() async throws(CredentialProblem) -> CredentialAnswer {
        guard let role = try WebIdentityRole.inEnvironment(environment) else {
            return .notConfigured("AWS_WEB_IDENTITY_TOKEN_FILE is not set")
        }
        return try await WebIdentityCredentials(role: role, services: services, environment: environment).fetch()
    }
}
