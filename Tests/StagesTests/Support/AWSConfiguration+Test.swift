import AWSClient
import CurlTransport
import Logging

extension AWSConfiguration {
    /// A configuration whose every service is `transport`, reached at `http://127.0.0.1:9`, where nothing listens.
    static func forTest(over transport: any HTTPExchanging) -> AWSConfiguration {
        AWSConfiguration(
            transport: transport,
            credentials: StaticCredentials(
                Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", source: "test")
            ),
            region: "eu-central-1",
            endpoints: EndpointResolver(everyService: "http://127.0.0.1:9"),
            userAgent: "builderd-test",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}
