/// Finds the endpoint of a service: one that somebody configured, else the one that the partition's rules give.
///
/// Everything is decided when the resolver is made; `resolve` reads no environment and no file.
package struct EndpointResolver: Sendable, Hashable {
    /// An endpoint that somebody configured.
    package struct Custom: Sendable, Hashable {
        /// The URL as it was written.
        package var url: String
        /// Where it was written, for messages: `AWS_ENDPOINT_URL_SFN`, `aws.endpoints.sfn`, …
        package var origin: String

        /// An endpoint from this place.
        package init(url: String, origin: String) {
            self.url = url
            self.origin = origin
        }
    }

    /// Configured endpoints. A service that is not in here goes by the rules.
    package var custom: [AWSService: Custom]
    /// Which variants of the partition's endpoints are wanted.
    package var variants: EndpointVariants

    /// A resolver for these configured endpoints; by default none.
    package init(custom: [AWSService: Custom] = [:], variants: EndpointVariants = EndpointVariants()) {
        self.custom = custom
        self.variants = variants
    }

    /// A resolver that sends every service to one URL: an emulator, a fake server.
    package init(everyService url: String) {
        let custom = Custom(url: url, origin: "the endpoint of every service")
        self.init(custom: Dictionary(uniqueKeysWithValues: AWSService.allCases.map { ($0, custom) }))
    }

    /// The endpoint of `service` in `region`.
    ///
    /// - Parameter region: a region's name such as `eu-central-1`; a region that this client has never heard of is given
    ///   the partition that its name fits, else `aws`.
    /// - Throws: `AWSError` with code `.endpointUnresolved`, its message naming what to change.
    package func resolve(service: AWSService, region: String) throws(AWSError) -> ResolvedEndpoint {
        do {
            return try resolved(service, region)
        } catch {
            throw AWSError(
                code: .endpointUnresolved,
                kind: .rejected,
                message: error.message,
                operation: "\(service.endpointPrefix).ResolveEndpoint",
                attempts: 0
            )
        }
    }

    private func resolved(_ service: AWSService, _ region: String) throws(EndpointProblem) -> ResolvedEndpoint {
        guard let custom = custom[service] else {
            let region = try RegionName.checked(region)
            return try EndpointRules.endpoint(service: service, region: region, variants: variants)
        }
        if variants.fips || variants.dualStack {
            let what = variants.fips ? "FIPS" : "Dual-stack"
            let name = variants.fips ? "aws.fips, AWS_USE_FIPS_ENDPOINT" : "aws.dualStack, AWS_USE_DUALSTACK_ENDPOINT"
            throw EndpointProblem(
                "\(what) and a custom endpoint (\(custom.origin)) cannot be combined: turn \(name) and the profile's "
                    + "setting off, or remove the custom endpoint"
            )
        }
        // A custom endpoint needs no region to be found, only one to sign for.
        let signingRegion = region.isEmpty || region == "aws-global" ? "us-east-1" : try RegionName.checked(region)
        return ResolvedEndpoint(
            url: try EndpointURL.checked(custom.url, origin: custom.origin),
            signingRegion: signingRegion,
            signingService: service.signingName,
            isCustom: true
        )
    }
}
