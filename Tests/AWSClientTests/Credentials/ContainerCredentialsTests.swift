import CurlTransport
import FoundationEssentials
import TestSupport
import Testing

@testable import AWSClient

@Suite struct ContainerCredentialsTests {
    static let document = """
        {"RoleArn": "arn:aws:iam::1:role/t", "AccessKeyId": "ASIACONT", "SecretAccessKey": "cont-secret", "Token": "cont-token", \
        "Expiration": "2027-01-15T14:00:00.123Z"}
        """
    private static let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    private static let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

    private func fetch(
        _ variables: [String: String],
        _ transport: any HTTPExchanging,
        files: [String: String] = [:]
    ) async throws(CredentialProblem) -> CredentialAnswer {
        try await ContainerCredentials(transport: transport, environment: .fake(variables, files: files)).fetch()
    }

    @Test("The relative address beats the full one and goes to the task's metadata address, directly")
    func relativeWins() async throws {
        let exchange = ScriptedExchange { _ in .text(Self.document) }
        let answer = try await fetch([Self.relative: "/v2/creds?id=1", Self.full: "https://x.example/"], exchange)
        guard case .found(let credentials, true) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(credentials.accessKeyID == "ASIACONT" && credentials.sessionToken == "cont-token")
        #expect(credentials.source == "container")
        #expect(credentials.expiration?.timeIntervalSince1970.rounded(.down) == 1_800_021_600)
        #expect(exchange.requests.map(\.url) == ["http://169.254.170.2/v2/creds?id=1"])
        #expect(exchange.requests[0].route == .direct && exchange.requests[0].limits.connect == .seconds(1))
        #expect(exchange.requests[0].header("Authorization") == nil)
    }

    @Test(
        "A full address is https anywhere, or plain to loopback and container addresses only",
        arguments: [
            ("https://creds.example/x", true), ("http://127.0.0.1:80/x", true), ("http://localhost/x", true),
            ("http://[::1]:9/x", true),
            ("http://169.254.170.2/x", true), ("http://169.254.170.23/v1/credentials", true),
            ("http://[fd00:ec2::23]/v1", true),
            ("http://169.254.169.254/x", false), ("http://10.0.0.1/x", false), ("http://creds.example/x", false),
            ("http://127.0.0.1.example/x", false), ("http://127.0.0.1@10.0.0.1/x", false), ("ftp://127.0.0.1/x", false),
            ("/x", false),
        ]
    )
    func fullAddress(url: String, isAllowed: Bool) async throws {
        let exchange = ScriptedExchange { _ in .text(Self.document) }
        do {
            _ = try await fetch([Self.full: url], exchange)
            #expect(isAllowed)
        } catch {
            #expect(!isAllowed && error.message.contains(Self.full))
        }
        #expect(exchange.requests.map(\.url) == (isAllowed ? [url] : []))
    }

    @Test("The token file beats the token and is read anew at each fetch")
    func tokenFile() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("token", "first")
        let exchange = ScriptedExchange { _ in .text(Self.document) }
        let environment = AWSEnvironment(variables: [
            Self.full: "http://127.0.0.1/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "plain",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file,
        ])
        let source = ContainerCredentials(transport: exchange, environment: environment)
        _ = try await source.fetch()
        try folder.write("token", "second")
        _ = try await source.fetch()
        #expect(exchange.requests.map { $0.header("Authorization") } == ["first", "second"])
        _ = try await fetch(
            [Self.full: "http://127.0.0.1/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Bearer x"],
            exchange
        )
        #expect(exchange.requests.last?.header("Authorization") == "Bearer x")
    }

    @Test(
        "A token with a line break, an empty one and a missing file are refused before anything is sent, and not quoted",
        arguments: [
            (["AWS_CONTAINER_AUTHORIZATION_TOKEN": "s3cret\r\nX: y"], [:]),
            (["AWS_CONTAINER_AUTHORIZATION_TOKEN": "s3cret\n"], [:]),
            (["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/t"], ["/t": "s3cret\n"]),
            (["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/t"], ["/t": ""]),
            (["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/t"], [:]),
        ] as [([String: String], [String: String])]
    )
    func badToken(variables: [String: String], files: [String: String]) async throws {
        let exchange = ScriptedExchange { _ in .text(Self.document) }
        let all = variables.merging([Self.full: "http://127.0.0.1/x"]) { $1 }
        let problem = try #require(
            await #expect(throws: CredentialProblem.self) { try await fetch(all, exchange, files: files) }
        )
        #expect(problem.message.contains(variables.keys.first ?? "?"))
        #expect(!problem.message.contains("s3cret"))
        #expect(exchange.requests.isEmpty)
    }

    @Test(
        "A server's failure is tried three times, a refusal once",
        arguments: [
            (500, 3, AWSError.Kind.transient), (429, 3, .transient), (403, 1, .accessDenied), (404, 1, .accessDenied),
        ]
    )
    func attempts(status: Int, count: Int, kind: AWSError.Kind) async throws {
        let exchange = ScriptedExchange { _ in .status(status) }
        let problem = try #require(
            await #expect(throws: CredentialProblem.self) { try await fetch([Self.relative: "/x"], exchange) }
        )
        #expect(exchange.requests.count == count)
        #expect(problem.kind == kind && problem.message.contains("\(status)"))
    }

    @Test("Blank variables count as unset, and a relative address that is no path is refused")
    func blank() async throws {
        let exchange = ScriptedExchange { _ in .text(Self.document) }
        guard case .notConfigured = try await fetch([Self.relative: " ", Self.full: ""], exchange) else {
            Issue.record("asked")
            return
        }
        await #expect(throws: CredentialProblem.self) { try await fetch([Self.relative: "@10.0.0.1/x"], exchange) }
        #expect(exchange.requests.isEmpty)
    }

    @Test("Over real HTTP on loopback the container's credentials arrive")
    func realServer() async throws {
        let server = try LoopbackServer {
            $0.path == "/c" && $0.headers["authorization"] == "tok" ? (200, Self.document) : (403, "")
        }
        let variables = [Self.full: server.url + "/c", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "tok"]
        guard case .found(let credentials, _) = try await fetch(variables, RealExchange()) else {
            Issue.record("not configured")
            return
        }
        #expect(credentials.secretAccessKey == "cont-secret")
    }
}
