extension CurlTransport {
    /// What a transport is made with. The environment is handed in; the transport reads none.
    package struct Configuration: Sendable, Hashable {
        /// PEM file of the certificate authorities to trust, in place of the system's; `nil` (default) trusts the system's.
        package var caBundlePath: String?
        /// Environment that names proxies: `https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`. Default empty: no proxy.
        package var proxyEnvironment: [String: String]
        /// Most exchanges under way at once; more wait in order, within their own deadlines. Default 512, at least 1.
        ///
        /// An open long poll counts, so it is above the slots of all stages (5 × 64) with room for heartbeats.
        package var maximumConnections: Int

        /// A configuration with the defaults above.
        package init(
            caBundlePath: String? = nil,
            proxyEnvironment: [String: String] = [:],
            maximumConnections: Int = 512
        ) {
            self.caBundlePath = caBundlePath
            self.proxyEnvironment = proxyEnvironment
            self.maximumConnections = maximumConnections
        }

        /// Takes the CA bundle from `AWS_CA_BUNDLE` (blank means unset) and the proxies from the same environment.
        package init(environment: [String: String]) {
            let bundle = environment["AWS_CA_BUNDLE"] ?? ""
            self.init(caBundlePath: bundle.isEmpty ? nil : bundle, proxyEnvironment: environment)
        }
    }
}
