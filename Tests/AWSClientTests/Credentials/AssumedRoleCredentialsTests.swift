import CurlTransport
import FoundationEssentials
import Logging
import Testing

@testable import AWSClient

@Suite struct AssumedRoleCredentialsTests {
    private static let arn = "arn:aws:iam::210987654321:role/builderd-app"

    private func configuration(_ transport: any HTTPExchanging) -> AWSConfiguration {
        AWSConfiguration(
            transport: transport,
            credentials: StaticCredentials(Credentials(accessKeyID: "AKBUILDER", secretAccessKey: "s", source: "test")),
            region: "eu-west-1",
            endpoints: EndpointResolver(),
            userAgent: "test",
            logger: Logger(label: "x", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    @Test(
        "A configuration that assumes a role signs as the role, asks STS once as the builder, and leaves the rest as it was"
    )
    func assumes() async throws {
        let exchange = ScriptedExchange { _ in STSAnswers.credentials("AssumeRole", key: "ASIAAPP") }
        let builder = configuration(exchange)
        let application = builder.assumingRole(
            arn: Self.arn,
            externalId: "e",
            sessionName: "hello-demo",
            environment: .fake(now: { Date(timeIntervalSince1970: 1_800_000_000) })
        )
        let first = try await application.credentials.credentials()
        let second = try await application.credentials.credentials()
        #expect(first == second && first.accessKeyID == "ASIAAPP" && first.source == "role \(Self.arn)")
        #expect(first.expiration == Date(timeIntervalSince1970: 1_800_021_600))
        #expect(application.region == "eu-west-1")
        #expect(try await builder.credentials.credentials().accessKeyID == "AKBUILDER")
        #expect(exchange.requests.count == 1)
        let form = STSAnswers.form(exchange.requests[0])
        #expect(form["RoleArn"] == Self.arn && form["ExternalId"] == "e" && form["RoleSessionName"] == "hello-demo")
        #expect(exchange.requests[0].header("authorization")?.contains("Credential=AKBUILDER/") == true)
    }

    @Test("A refusal by STS says which role, and what to check")
    func denied() async throws {
        let exchange = ScriptedExchange { _ in STSAnswers.denied("not authorized to perform sts:AssumeRole") }
        let provider = configuration(exchange).assumingRole(arn: Self.arn, externalId: nil, sessionName: "s")
            .credentials
        let error = try #require(await #expect(throws: AWSError.self) { try await provider.credentials() })
        #expect(error.code == .credentialsUnavailable && error.kind == .accessDenied)
        for part in [Self.arn, "trust policy", "external id", "AccessDenied", "not authorized"] {
            #expect(error.message.contains(part))
        }
        #expect((error.underlying as? AWSError)?.code == "AccessDenied")
    }

    @Test("When the builder itself has no credentials, the reason is passed on, not STS blamed")
    func noBase() async throws {
        var builder = configuration(ScriptedExchange { _ in .status(500) })
        builder.credentials = RefreshingCredentials(
            source: EnvironmentCredentials(environment: .fake(["AWS_ACCESS_KEY_ID": "K"])),
            environment: .fake(),
            logger: builder.logger
        )
        let provider = builder.assumingRole(arn: Self.arn, externalId: nil, sessionName: "s").credentials
        let error = try #require(await #expect(throws: AWSError.self) { try await provider.credentials() })
        #expect(error.code == .credentialsUnavailable && error.message.contains("AWS_SECRET_ACCESS_KEY"))
        #expect(!error.message.contains("trust policy"))
    }
}
