package import Logging

/// What sources of credentials need to call the network with.
package struct CredentialServices: Sendable {
    /// The transport all clients share.
    package var transport: any HTTPExchanging
    /// Region whose STS is asked.
    package var region: String
    /// How STS is found.
    package var endpoints: EndpointResolver
    /// `User-Agent` of calls to STS.
    package var userAgent: String
    /// Where failed refreshes and static stability are reported.
    package var logger: Logger

    /// Services of these parts.
    package init(
        transport: any HTTPExchanging,
        region: String,
        endpoints: EndpointResolver,
        userAgent: String,
        logger: Logger
    ) {
        self.transport = transport
        self.region = region
        self.endpoints = endpoints
        self.userAgent = userAgent
        self.logger = logger
    }

    /// A client of STS that signs as `credentials`.
    func sts(as credentials: any CredentialProvider) -> STSClient {
        STSClient(
            AWSConfiguration(
                transport: transport,
                credentials: credentials,
                region: region,
                endpoints: endpoints,
                userAgent: userAgent,
                logger: logger
            )
        )
    }
}
