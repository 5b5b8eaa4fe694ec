import CurlTransport
import FoundationEssentials
import Synchronization
import Testing

@testable import AWSClient

@Suite struct InstanceMetadataTests {
    static let document = """
        {"Code": "Success", "LastUpdated": "2027-01-01T00:00:00Z", "Type": "AWS-HMAC", "AccessKeyId": "ASIAIMDS", \
        "SecretAccessKey": "imds-secret", "Token": "imds-token", "Expiration": "2027-01-15T14:00:00Z", "AccountId": "123456789012"}
        """
    private static let list = "/latest/meta-data/iam/security-credentials/"

    /// What an instance answers.
    @Sendable static func instance(_ request: HTTPRequest) -> ScriptedExchange.Answer {
        if request.method == "PUT" { return .text("TOKEN==") }
        if request.header("x-aws-ec2-metadata-token") != "TOKEN==" { return .status(401) }
        if request.url.hasSuffix(list) { return .text("builder\n") }
        return request.url.hasSuffix(list + "builder") ? .text(document) : .status(404)
    }

    private func source(_ transport: any HTTPExchanging, _ environment: AWSEnvironment = .fake())
        -> InstanceMetadataCredentials
    {
        InstanceMetadataCredentials(metadata: InstanceMetadata(transport: transport, environment: environment))
    }

    @Test("Whether version 1 is answered is told apart from nobody and from switched off", arguments: [401, 200, 404])
    func versionOne(status: Int) async throws {
        let exchange = ScriptedExchange { _ in .status(status) }
        let metadata = InstanceMetadata(transport: exchange, environment: .fake())
        #expect(await metadata.answersWithoutToken() == (status == 200))
        #expect(exchange.requests.map(\.method) == ["GET"])
        #expect(exchange.requests[0].header("x-aws-ec2-metadata-token") == nil)
        let off = InstanceMetadata(transport: exchange, environment: .fake(["AWS_EC2_METADATA_DISABLED": "true"]))
        #expect(await off.answersWithoutToken() == nil)
        #expect(exchange.requests.count == 1)
    }

    @Test("The role's credentials are had with a version 2 token, directly and within a second to connect")
    func happy() async throws {
        let exchange = ScriptedExchange(Self.instance)
        guard case .found(let credentials, let outlives) = try await source(exchange).fetch() else {
            Issue.record("not configured")
            return
        }
        #expect(outlives)
        #expect(credentials.accessKeyID == "ASIAIMDS" && credentials.secretAccessKey == "imds-secret")
        #expect(credentials.sessionToken == "imds-token" && credentials.accountID == "123456789012")
        #expect(credentials.expiration == Date(timeIntervalSince1970: 1_800_021_600))
        #expect(credentials.source == "imds role builder")
        #expect(exchange.requests.map(\.method) == ["PUT", "GET", "GET"])
        #expect(exchange.requests[0].url == "http://169.254.169.254/latest/api/token")
        #expect(exchange.requests[0].header("x-aws-ec2-metadata-token-ttl-seconds") == "21600")
        for request in exchange.requests {
            #expect(request.route == .direct)
            #expect(request.limits.connect == .seconds(1))
            #expect(request.limits.whole <= .seconds(2))
        }
    }

    @Test("A session token is used again until it expires")
    func tokenIsKept() async throws {
        let clock = TestClock()
        let exchange = ScriptedExchange(Self.instance)
        let imds = source(exchange, .fake(now: { clock.now }))
        _ = try await imds.fetch()
        clock.advance(21_599)
        _ = try await imds.fetch()
        #expect(exchange.requests.filter { $0.method == "PUT" }.count == 1)
        clock.advance(1)
        _ = try await imds.fetch()
        #expect(exchange.requests.filter { $0.method == "PUT" }.count == 2)
    }

    @Test("A 401 drops the session token, and a new one is asked for")
    func unauthorized() async throws {
        let tokens = Mutex(0)
        let exchange = ScriptedExchange { request in
            if request.method == "PUT" { return .text("T\(tokens.withLock { $0 += 1; return $0 })") }
            if request.header("x-aws-ec2-metadata-token") == "T1" { return .status(401) }
            return request.url.hasSuffix(Self.list) ? .text("builder") : .text(Self.document)
        }
        _ = try await source(exchange).fetch()
        #expect(exchange.requests.map(\.method) == ["PUT", "GET", "PUT", "GET", "GET"])
    }

    @Test("Version 1 is never used: a refused token is the end, without another attempt", arguments: [400, 403, 404])
    func tokenRefused(status: Int) async throws {
        let exchange = ScriptedExchange { $0.method == "PUT" ? .status(status) : .text(Self.document) }
        let problem = try #require(await #expect(throws: CredentialProblem.self) { try await source(exchange).fetch() })
        #expect(exchange.requests.map(\.method) == ["PUT"])
        #expect(problem.message.contains("\(status)") && problem.message.contains("modify-instance-metadata-options"))
    }

    @Test("Other failures are tried four times in all", arguments: [500, 503, 429, 200])
    func retried(status: Int) async throws {
        let exchange = ScriptedExchange { $0.method == "PUT" ? .text("TOKEN==") : .status(status) }
        let problem = try #require(await #expect(throws: CredentialProblem.self) { try await source(exchange).fetch() })
        #expect(exchange.requests.filter { $0.method == "GET" }.count == 4)
        #expect(problem.kind == .transient)
    }

    @Test(
        "Where no metadata service is, four attempts are made and the error says that this is no instance",
        arguments: [
            (TransportError.Code.connectTimeout, AWSError.Kind.accessDenied), (.connectionRefused, .accessDenied),
            (.deadline, .transient),
        ]
    )
    func unreachable(code: TransportError.Code, kind: AWSError.Kind) async throws {
        let exchange = ScriptedExchange { _ in .fail(code) }
        let problem = try #require(await #expect(throws: CredentialProblem.self) { try await source(exchange).fetch() })
        #expect(exchange.requests.map(\.method) == ["PUT", "PUT", "PUT", "PUT"])
        #expect(problem.message.contains("no EC2 instance"))
        #expect(problem.kind == kind)
    }

    @Test(
        "An instance without a role, a failing role and malformed answers are errors that say so",
        arguments: [
            (nil, "", "attach an instance profile"), ("", "", "answered 200"),
            ("b", "not json s3cret", "not a JSON object"),
            ("b", #"{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume"}"#, "trust policy"),
            (
                "b", #"{"Code":"Success","AccessKeyId":"A","Token":"t","Expiration":"2027-01-15T14:00:00Z"}"#,
                "without SecretAccessKey"
            ),
            ("b", #"{"AccessKeyId":"A","SecretAccessKey":"s3cret","Token":"t"}"#, "without Expiration"),
            (
                "b", #"{"AccessKeyId":"A","SecretAccessKey":"s3cret","Token":"t","Expiration":"soon"}"#,
                "not an ISO 8601"
            ),
            ("b\u{1}c", "", "role name"),
        ] as [(String?, String, String)]
    )
    func badAnswers(role: String?, document: String, says: String) async throws {
        let exchange = ScriptedExchange { request in
            if request.method == "PUT" { return .text("TOKEN") }
            if request.url.hasSuffix(Self.list) { return role.map(ScriptedExchange.Answer.text) ?? .status(404) }
            return .text(document)
        }
        let problem = try #require(await #expect(throws: CredentialProblem.self) { try await source(exchange).fetch() })
        #expect(problem.message.contains(says), "\(problem.message)")
        #expect(!problem.message.contains("s3cret"))
    }

    @Test(
        "Endpoint, mode and the switch are heeded",
        arguments: [
            (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"], "http://[fd00:ec2::254]/"),
            (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv4"], "http://169.254.169.254/"),
            (
                [
                    "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1338/",
                    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6",
                ], "http://127.0.0.1:1338/"
            ),
        ]
    )
    func endpoint(variables: [String: String], prefix: String) async throws {
        let exchange = ScriptedExchange(Self.instance)
        _ = try await source(exchange, .fake(variables)).fetch()
        #expect(exchange.requests.allSatisfy { $0.url.hasPrefix(prefix + "latest/") })
    }

    @Test("Switched off, it is not asked; a wrong mode or an unsafe endpoint is an error")
    func switches() async throws {
        let exchange = ScriptedExchange(Self.instance)
        let off = try await source(exchange, .fake(["AWS_EC2_METADATA_DISABLED": "True"])).fetch()
        #expect(off == .notConfigured("AWS_EC2_METADATA_DISABLED is true"))
        for (name, value) in [
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "v5"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://10.1.2.3"),
        ] {
            let problem = try #require(
                await #expect(throws: CredentialProblem.self) {
                    try await source(exchange, .fake([name: value])).fetch()
                }
            )
            #expect(problem.message.contains(name))
        }
        #expect(exchange.requests.isEmpty)
    }

    @Test("Over real HTTP on loopback the role's credentials arrive")
    func realServer() async throws {
        let server = try LoopbackServer { request in
            if request.method == "PUT" {
                return (request.headers["x-aws-ec2-metadata-token-ttl-seconds"] == "21600" ? 200 : 400, "TOKEN")
            }
            if request.headers["x-aws-ec2-metadata-token"] != "TOKEN" { return (401, "") }
            return request.path == Self.list
                ? (200, "builder") : request.path == Self.list + "builder" ? (200, Self.document) : (404, "")
        }
        let environment = AWSEnvironment.fake(["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url])
        let transport = try RealExchange(proxies: [
            "http_proxy": "http://127.0.0.1:1", "all_proxy": "http://127.0.0.1:1",
        ])
        guard case .found(let credentials, _) = try await source(transport, environment).fetch() else {
            Issue.record("not configured")
            return
        }
        #expect(credentials.accessKeyID == "ASIAIMDS")
        #expect(server.requests.map(\.method) == ["PUT", "GET", "GET"])
    }
}
