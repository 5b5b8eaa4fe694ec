import AWSClient
import CurlTransport
import Logging
import Observability

/// The daemon's way to AWS: one transport, one identity, one set of endpoints for every client.
struct AWSAccess {
    /// What every service client is made from.
    let configuration: AWSConfiguration
    /// Whom the daemon signs as, for health answers.
    let credentials: RefreshingCredentials
    /// What instance metadata says about this host's end.
    let notices: InstanceNotices
    /// What all exchanges go over.
    let transport: CurlTransport

    /// Starts the transport; makes no call.
    ///
    /// - Throws: `DaemonStartError` (78) for a CA bundle, endpoint or shared file that only a person can correct.
    init(
        configuration: DaemonConfiguration,
        environment: [String: String],
        metrics: DaemonMetrics,
        logger: Logger
    ) throws(DaemonStartError) {
        let surroundings = AWSEnvironment(
            variables: environment,
            homeDirectory: environment["HOME"],
            configuredProfile: configuration.profile
        )
        do {
            transport = try CurlTransport(configuration: CurlTransport.Configuration(environment: environment))
        } catch {
            throw DaemonStartError(
                "The HTTP transport cannot start: \(error.message). Check AWS_CA_BUNDLE.",
                exitCode: 78
            )
        }
        let metered = MeteredTransport(transport, metrics: metrics)
        let endpoints: EndpointResolver
        do {
            endpoints = try EndpointResolver(settings: configuration.endpoints, environment: surroundings)
        } catch {
            throw DaemonStartError("The AWS endpoints cannot be resolved: \(error.message)", exitCode: 78)
        }
        credentials = DefaultCredentialChain.provider(
            environment: surroundings,
            services: CredentialServices(
                transport: metered,
                region: configuration.region,
                endpoints: endpoints,
                userAgent: BuilderdVersion.userAgent,
                logger: logger
            )
        )
        notices = InstanceNotices(metadata: InstanceMetadata(transport: metered, environment: surroundings))
        self.configuration = AWSConfiguration(
            transport: metered,
            credentials: credentials,
            region: configuration.region,
            endpoints: endpoints,
            userAgent: BuilderdVersion.userAgent,
            logger: logger
        )
    }
}
