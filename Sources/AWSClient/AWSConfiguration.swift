package import Logging

/// What every service client is made from: shared, cheap to copy.
package struct AWSConfiguration: Sendable {
    /// The transport all clients share.
    package var transport: any HTTPExchanging
    /// Whom to sign as.
    package var credentials: any CredentialProvider
    /// Region to sign for and to resolve endpoints in, for example `eu-central-1`.
    package var region: String
    /// How endpoints are found.
    package var endpoints: EndpointResolver
    /// `User-Agent`, for example `builderd/0.1.0 swift`.
    package var userAgent: String
    /// Where retries and static stability are reported.
    package var logger: Logger

    /// A configuration of these parts.
    package init(
        transport: any HTTPExchanging,
        credentials: any CredentialProvider,
        region: String,
        endpoints: EndpointResolver,
        userAgent: String,
        logger: Logger
    ) {
        self.transport = transport
        self.credentials = credentials
        self.region = region
        self.endpoints = endpoints
        self.userAgent = userAgent
        self.logger = logger
    }
}
