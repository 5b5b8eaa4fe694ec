import AWSClient
import CurlTransport
import FoundationEssentials
import Logging

/// The emulators that `Tests/run` starts, and a configuration of the AWS client for them.
enum AWSEmulator {
    /// LocalStack's URL: Step Functions, SSM, S3, KMS, Logs, STS.
    static let localStack = ProcessInfo.processInfo.environment["BUILDERD_TEST_LOCALSTACK"]
    /// moto's URL: EC2, DynamoDB.
    static let moto = ProcessInfo.processInfo.environment["BUILDERD_TEST_MOTO"]

    /// A client configuration for the emulator at `url`.
    static func configuration(_ url: String?) throws -> AWSConfiguration {
        AWSConfiguration(
            transport: try CurlTransport(),
            credentials: StaticCredentials(
                Credentials(accessKeyID: "test", secretAccessKey: "test", source: "emulator")
            ),
            region: "us-east-1",
            endpoints: EndpointResolver(everyService: url ?? ""),
            userAgent: "builderd-tests",
            logger: Logger(label: "emulator") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// A name that no other test, and no earlier run against the same emulator, has used.
    static func unique(_ prefix: String) -> String { prefix + "-" + UUID().uuidString.lowercased() }
}
