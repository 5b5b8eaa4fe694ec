import AWSClient
import CurlTransport
import Logging
import Observability

/// Checks a builder host from its configuration to the state machine, as the user that runs it. It changes nothing but one parameter of
/// its own, which shows that parameters can be written under the key.
package struct Doctor: Sendable {
    private let file: String
    private let environment: [String: String]
    private let writes: Bool

    /// A doctor for the host of this configuration file.
    ///
    /// - Parameter writes: whether a parameter is written and read.
    package init(file: String, environment: [String: String], writes: Bool) {
        self.file = file
        self.environment = environment
        self.writes = writes
    }

    /// Makes every check, in an order in which a cause comes before what it causes; `report` gets each finding as it is made.
    package func examine(_ report: @Sendable (Finding) -> Void) async {
        let configuration: DaemonConfiguration
        do {
            configuration = try await ConfigurationLoader.forService(file: file, environment: environment).load()
            report(.ok("configuration", "\(file) is valid"))
        } catch {
            for problem in error.problems {
                let found = "\(problem.place): found \(problem.found); allowed: \(problem.allowed)"
                report(.failure("configuration", found, fix: problem.next))
            }
            return
        }
        for finding in await HostChecks(configuration: configuration, environment: environment).findings() {
            report(finding)
        }
        do {
            let access = try AWSAccess(
                configuration: configuration,
                environment: environment,
                metrics: DaemonMetrics(factory: MetricsRegistry()),
                logger: Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }
            )
            await examineAWS(access, configuration, report)
            for finding in await SocketChecks(transport: access.transport, configuration: configuration).findings() {
                report(finding)
            }
            await access.transport.shutdown()
        } catch {
            report(.failure("aws", error.description, fix: "correct what the message names"))
        }
    }

    private func examineAWS(
        _ access: AWSAccess,
        _ configuration: DaemonConfiguration,
        _ report: @Sendable (Finding) -> Void
    ) async {
        let network = NetworkChecks(
            transport: access.transport,
            endpoints: access.configuration.endpoints,
            region: configuration.region,
            services: NetworkChecks.services + (configuration.terminationHook == nil ? [] : [.autoScaling]),
            metadata: InstanceMetadata(
                transport: access.transport,
                environment: AWSEnvironment(
                    variables: environment,
                    homeDirectory: environment["HOME"],
                    configuredProfile: configuration.profile
                )
            )
        )
        for finding in await network.findings() { report(finding) }
        let identity = await IdentityChecks(aws: access.configuration, configuration: configuration).findings()
        for finding in identity { report(finding) }
        guard identity.allSatisfy({ $0.level != .failure }) else {
            return report(
                .warning(
                    "aws",
                    "activities, state machine, key, buckets and parameters are not checked without an identity",
                    fix: "correct the failure above first"
                )
            )
        }
        let pipeline = PipelineChecks(
            client: StepFunctionsClient(access.configuration),
            configuration: configuration
        )
        for finding in await pipeline.findings() { report(finding) }
        let storage = StorageChecks(aws: access.configuration, configuration: configuration, writes: writes)
        for finding in await storage.findings() { report(finding) }
        let hook = LifecycleHookChecks(
            client: AutoScalingClient(access.configuration),
            notices: access.notices,
            configuration: configuration
        )
        for finding in await hook.findings() { report(finding) }
    }
}
