/// Which variants of a partition's endpoints are wanted.
package struct EndpointVariants: Sendable, Hashable {
    /// Endpoints with FIPS 140 validated cryptography. Default off.
    package var fips: Bool
    /// Endpoints reachable over IPv6 too. Default off.
    package var dualStack: Bool
    /// STS's former global endpoint for the regions that once shared it (`AWS_STS_REGIONAL_ENDPOINTS=legacy`). Default off.
    package var globalSTS: Bool

    /// The variants; by default plain regional endpoints.
    package init(fips: Bool = false, dualStack: Bool = false, globalSTS: Bool = false) {
        self.fips = fips
        self.dualStack = dualStack
        self.globalSTS = globalSTS
    }
}
