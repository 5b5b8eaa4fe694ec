/// Finds the region: configuration, `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile, the instance's own.
package struct RegionResolver: Sendable {
    private let environment: AWSEnvironment
    private let metadata: InstanceMetadata

    /// A resolver for these surroundings.
    package init(environment: AWSEnvironment, transport: any HTTPExchanging) {
        self.environment = environment
        metadata = InstanceMetadata(transport: transport, environment: environment)
    }

    /// The region to sign for.
    ///
    /// - Parameter configured: `aws.region` of the configuration, where it is set.
    /// - Throws: `AWSError` with code `.endpointUnresolved` when there is none, or its name cannot be one.
    package func region(configured: String?) async throws(AWSError) -> String {
        do {
            return try await found(configured)
        } catch {
            throw AWSError(
                code: .endpointUnresolved,
                kind: .rejected,
                message: error.message,
                operation: "configuration.ResolveRegion",
                attempts: 0
            )
        }
    }

    private func found(_ configured: String?) async throws(EndpointProblem) -> String {
        if let configured, !configured.isEmpty { return try checked(configured, "aws.region") }
        for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            if let region = environment[variable] { return try checked(region, variable) }
        }
        if let (region, place) = try inProfile() { return try checked(region, place) }
        return try await ofInstance()
    }

    private func checked(_ region: String, _ origin: String) throws(EndpointProblem) -> String {
        do {
            return try RegionName.checked(region)
        } catch {
            throw EndpointProblem("\(origin): \(error.message)")
        }
    }

    private func inProfile() throws(EndpointProblem) -> (region: String, place: String)? {
        do {
            guard let profile = try SharedConfiguration(environment).profile(environment) else { return nil }
            return profile["region"].map { ($0, profile.place(of: "region")) }
        } catch {
            throw EndpointProblem(error.message)
        }
    }

    private func ofInstance() async throws(EndpointProblem) -> String {
        var reason = "AWS_EC2_METADATA_DISABLED is true"
        if !metadata.isDisabled {
            do {
                if let bytes = try await metadata.value(at: "latest/meta-data/placement/region") {
                    guard let region = InstanceMetadata.line(bytes) else {
                        throw EndpointProblem(
                            "instance metadata answered a region that is none: set aws.region in builderd.yaml"
                        )
                    }
                    return try checked(region, "instance metadata")
                }
                reason = "instance metadata has none"
            } catch let problem as CredentialProblem {
                reason = problem.message
            } catch let problem as EndpointProblem {
                throw problem
            } catch {
                reason = "\(error)"
            }
        }
        throw EndpointProblem(
            "no region is configured: set aws.region in builderd.yaml, AWS_REGION, or region in the AWS profile (\(reason))"
        )
    }
}
