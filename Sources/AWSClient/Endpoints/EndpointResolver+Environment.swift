extension EndpointResolver {
    /// The resolver for these settings in these surroundings.
    ///
    /// An endpoint is taken from the first of: `settings`, `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, the profile's
    /// `services` section, the profile's `endpoint_url`, the partition's rules. `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` (or the
    /// profile's `ignore_configured_endpoint_urls`) leaves only the first and the last.
    /// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html)
    ///
    /// - Throws: `AWSError` with code `.endpointUnresolved` for a malformed or unsafe URL, switch or file, naming its place.
    package init(settings: EndpointSettings = EndpointSettings(), environment: AWSEnvironment) throws(AWSError) {
        do {
            try self.init(checked: settings, environment)
        } catch let problem as SharedConfigProblem {
            throw Self.failure(problem.message)
        } catch let problem as EndpointProblem {
            throw Self.failure(problem.message)
        } catch {
            throw Self.failure("\(error)")
        }
    }

    private init(checked settings: EndpointSettings, _ environment: AWSEnvironment) throws {
        let shared = try SharedConfiguration(environment)
        let profile = try shared.profile(environment)
        func flag(_ variable: String, _ property: String) throws(SharedConfigProblem) -> Bool? {
            if let value = try environment.flag(variable) { return value }
            guard let profile, let text = profile[property] else { return nil }
            return try AWSEnvironment.flag(text, place: "\(profile.place(of: property)): \(property)")
        }

        let ignored = try flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") ?? false
        var custom: [AWSService: Custom] = [:]
        for service in AWSService.allCases {
            if let url = settings.urls[service] {
                custom[service] = Custom(url: url, origin: "aws.endpoints.\(service.configurationKey)")
            } else if !ignored {
                custom[service] = try Self.surrounding(service, environment, shared, profile)
            }
        }
        for endpoint in custom.values { _ = try EndpointURL.checked(endpoint.url, origin: endpoint.origin) }

        let legacySTS = environment["AWS_STS_REGIONAL_ENDPOINTS"] ?? profile?["sts_regional_endpoints"]
        self.init(
            custom: custom,
            variants: EndpointVariants(
                fips: try settings.fips ?? flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint") ?? false,
                dualStack: try settings.dualStack ?? flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
                    ?? false,
                globalSTS: legacySTS?.lowercased() == "legacy"
            )
        )
    }

    private static func surrounding(
        _ service: AWSService,
        _ environment: AWSEnvironment,
        _ shared: SharedConfiguration,
        _ profile: SharedProfile?
    ) throws(SharedConfigProblem) -> Custom? {
        for variable in [service.environmentVariable, "AWS_ENDPOINT_URL"] {
            if let url = environment[variable] { return Custom(url: url, origin: variable) }
        }
        guard let profile else { return nil }
        if let name = profile["services"] {
            guard let section = shared.services[name] else {
                throw SharedConfigProblem(
                    "\(profile.place(of: "services")): services = \(name), but there is no [services \(name)] section: add it, or correct the name"
                )
            }
            let key = service.environmentSuffix.lowercased()
            if let property = section[key], let url = property.nested["endpoint_url"], !url.isEmpty {
                return Custom(url: url, origin: "\(property.place): endpoint_url of \(key)")
            }
        }
        return profile["endpoint_url"].map {
            Custom(url: $0, origin: "\(profile.place(of: "endpoint_url")): endpoint_url")
        }
    }

    private static func failure(_ message: String) -> AWSError {
        AWSError(
            code: .endpointUnresolved,
            kind: .rejected,
            message: message,
            operation: "configuration.ResolveEndpoints",
            attempts: 0
        )
    }
}
