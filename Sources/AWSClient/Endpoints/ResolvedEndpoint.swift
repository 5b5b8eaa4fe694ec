/// Where to send a service's requests, and what to sign them for.
package struct ResolvedEndpoint: Sendable, Hashable {
    /// `https` URL (plain `http` only to loopback and metadata addresses) without a slash at its end, query or fragment.
    package var url: String
    /// Region in the credential scope.
    package var signingRegion: String
    /// Service in the credential scope, for example `states`.
    package var signingService: String
    /// Whether somebody configured it, rather than the partition's rules: an emulator, a proxy or a VPC endpoint.
    package var isCustom: Bool

    /// An endpoint of these parts.
    package init(url: String, signingRegion: String, signingService: String, isCustom: Bool) {
        self.url = url
        self.signingRegion = signingRegion
        self.signingService = signingService
        self.isCustom = isCustom
    }
}
