/// The profile in use of the shared files; both are read anew at every refresh.
struct ProfileCredentials: CredentialSource {
    /// Whose files are read.
    let environment: AWSEnvironment
    /// What calls STS and metadata services.
    let services: CredentialServices
    /// The instance metadata client, shared with the end of the chain.
    let metadata: InstanceMetadata

    func fetch() async throws(CredentialProblem) -> CredentialAnswer {
        let name = environment.profileName
        let plan: ProfilePlan?
        do {
            let shared = try SharedConfiguration(environment)
            guard let profile = try shared.profile(environment) else {
                let files = shared.files.joined(separator: " and ")
                return .notConfigured(
                    files.isEmpty
                        ? "no file to look for profile \(name) in, as HOME is not set"
                        : "no profile \(name) in \(files)"
                )
            }
            plan = try ProfilePlanner(shared: shared).plan(profile)
        } catch {
            throw CredentialProblem(error.message)
        }
        guard let plan else { return .notConfigured("profile \(name) has no setting about credentials") }
        return try await carryOut(plan, name)
    }

    private func carryOut(_ plan: ProfilePlan, _ name: String) async throws(CredentialProblem) -> CredentialAnswer {
        switch plan {
        case .fixed(let credentials):
            return .found(credentials, outlivesExpiration: false)
        case .process(let command):
            return try await ProcessCredentials(command: command, environment: environment).fetch()
        case .webIdentity(let role):
            return try await WebIdentityCredentials(role: role, services: services, environment: environment).fetch()
        case .named(let source):
            return try await named(source, name)
        case .role(let role, let base):
            guard case .found(let credentials, _) = try await carryOut(base, name) else {
                throw CredentialProblem("role \(role.arn) of profile \(name) has no credentials to be assumed with")
            }
            let assumed = AssumedRoleCredentials(role: role, base: StaticCredentials(credentials), services: services)
            guard case .found(var result, let outlives) = try await assumed.fetch() else { return .notConfigured("") }
            result.source = "profile \(name): \(result.source)"
            return .found(result, outlivesExpiration: outlives)
        }
    }

    private func named(_ source: NamedCredentialSource, _ name: String) async throws(CredentialProblem)
        -> CredentialAnswer
    {
        let answer: CredentialAnswer
        switch source {
        case .environment:
            answer = try await EnvironmentCredentials(environment: environment).fetch()
        case .ec2InstanceMetadata:
            answer = try await InstanceMetadataCredentials(metadata: metadata).fetch()
        case .ecsContainer:
            answer = try await ContainerCredentials(transport: services.transport, environment: environment).fetch()
        }
        guard case .notConfigured(let reason) = answer else { return answer }
        throw CredentialProblem(
            "profile \(name) has credential_source = \(source.rawValue), but \(reason): configure it, or change credential_source"
        )
    }
}
