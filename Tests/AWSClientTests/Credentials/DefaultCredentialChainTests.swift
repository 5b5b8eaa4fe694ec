import CurlTransport
import FoundationEssentials
import Testing

@testable import AWSClient

/// The whole order, over one transport that plays instance metadata, the container and STS.
@Suite struct DefaultCredentialChainTests {
    /// One source each, in order, with everything it needs.
    private static let layers: [(key: String, variables: [String: String], files: [String: String])] = [
        ("AKENV", ["AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"], [:]),
        (
            "AKPROFILE", [:],
            ["/home/b/.aws/credentials": "[default]\naws_access_key_id = AKPROFILE\naws_secret_access_key = s\n"]
        ),
        (
            "ASIAWEB", ["AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/w"],
            ["/token": "jwt\n"]
        ),
        ("ASIACONT", ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/c"], [:]),
        ("ASIAIMDS", [:], [:]),
    ]

    @Sendable private static func world(_ request: HTTPRequest) -> ScriptedExchange.Answer {
        if request.url.hasPrefix("http://169.254.169.254/") { return InstanceMetadataTests.instance(request) }
        if request.url == "http://169.254.170.2/v2/c" { return .text(ContainerCredentialsTests.document) }
        guard request.url.hasPrefix("https://sts.eu-west-1.amazonaws.com") else { return .status(500) }
        let form = STSAnswers.form(request)
        if form["Action"] == "AssumeRoleWithWebIdentity" {
            return STSAnswers.credentials("AssumeRoleWithWebIdentity", key: "ASIAWEB")
        }
        return STSAnswers.credentials("AssumeRole", key: "ASIAROLE" + (form["RoleArn"]?.suffix(1) ?? ""))
    }

    private func chain(_ environment: AWSEnvironment, _ transport: any HTTPExchanging) -> DefaultCredentialChain {
        DefaultCredentialChain(environment: environment, services: STSAnswers.services(transport))
    }

    private func key(_ answer: CredentialAnswer) -> String {
        guard case .found(let credentials, _) = answer else { return "none" }
        return credentials.accessKeyID
    }

    @Test(
        "Environment, profile, web identity, container, instance metadata: the first that is configured is used",
        arguments: 0..<5
    )
    func order(first: Int) async throws {
        var variables: [String: String] = [:]
        var files: [String: String] = [:]
        for layer in Self.layers[first...] {
            variables.merge(layer.variables) { $1 }
            files.merge(layer.files) { $1 }
        }
        let answer = try await chain(.fake(variables, files: files), ScriptedExchange(Self.world)).fetch()
        #expect(key(answer) == Self.layers[first].key)
    }

    @Test(
        "A source that is in use and fails ends the search: another one would be another identity",
        arguments: [
            (["AWS_ACCESS_KEY_ID": "K"], "AWS_SECRET_ACCESS_KEY"),
            (["AWS_SECRET_ACCESS_KEY": "K"], "AWS_ACCESS_KEY_ID"),
            (["AWS_PROFILE": "gone"], "gone"), (["AWS_WEB_IDENTITY_TOKEN_FILE": "/t"], "AWS_ROLE_ARN"),
            (["AWS_WEB_IDENTITY_TOKEN_FILE": "/none", "AWS_ROLE_ARN": "a"], "/none"),
            (["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/down"], "container"),
        ] as [([String: String], String)]
    )
    func failureEnds(variables: [String: String], says: String) async throws {
        let exchange = ScriptedExchange(Self.world)
        let problem = try #require(
            await #expect(throws: CredentialProblem.self) { try await chain(.fake(variables), exchange).fetch() }
        )
        #expect(problem.message.contains(says), "\(problem.message)")
        #expect(!exchange.requests.contains { $0.url.contains("169.254.169.254") })
    }

    @Test("Blank variables count as unset")
    func blank() async throws {
        let names = [
            "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ]
        let environment = AWSEnvironment.fake(Dictionary(uniqueKeysWithValues: names.map { ($0, " ") }))
        #expect(key(try await chain(environment, ScriptedExchange(Self.world)).fetch()) == "ASIAIMDS")
    }

    @Test("A profile that the configuration names goes before keys in the environment; AWS_PROFILE does not")
    func configuredProfile() async throws {
        let files = ["/home/b/.aws/credentials": "[p]\naws_access_key_id = AKP\naws_secret_access_key = s\n"]
        let keys = ["AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "s"]
        let exchange = ScriptedExchange(Self.world)
        #expect(key(try await chain(.fake(keys, files: files, profile: "p"), exchange).fetch()) == "AKP")
        let variable = keys.merging(["AWS_PROFILE": "p"]) { $1 }
        #expect(key(try await chain(.fake(variable, files: files), exchange).fetch()) == "AKENV")
    }

    @Test("With none anywhere the error names every source that was tried and what to do")
    func nothing() async throws {
        let exchange = ScriptedExchange { _ in .fail(.connectTimeout) }
        let provider = DefaultCredentialChain.provider(environment: .fake(), services: STSAnswers.services(exchange))
        let error = try #require(await #expect(throws: AWSError.self) { try await provider.credentials() })
        #expect(error.code == .credentialsUnavailable && error.kind == .accessDenied)
        for part in [
            "Attach an instance profile", "aws.profile", "AWS_ACCESS_KEY_ID is not set",
            "no profile default in /home/b/.aws/config",
            "AWS_WEB_IDENTITY_TOKEN_FILE is not set", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "instance metadata",
        ] {
            #expect(error.message.contains(part), "\(part) in \(error.message)")
        }
        let off = chain(.fake(["AWS_EC2_METADATA_DISABLED": "true"]), exchange)
        await #expect(throws: CredentialProblem.self) { try await off.fetch() }
    }

    @Test("Without a home folder there is no file, and that is what is said")
    func homeless() async throws {
        var environment = AWSEnvironment.fake(["AWS_EC2_METADATA_DISABLED": "true"])
        environment.homeDirectory = nil
        let chain = chain(environment, ScriptedExchange(Self.world))
        let problem = try #require(await #expect(throws: CredentialProblem.self) { try await chain.fetch() })
        #expect(problem.message.contains("profile (no file to look for profile default in, as HOME is not set)"))
    }

    @Test("A chain of roles is assumed from the inside out, each with the credentials of the one before")
    func roleChain() async throws {
        let config = """
            [profile app]
            role_arn = arn:aws:iam::210987654321:role/2
            source_profile = hub
            external_id = ext/+ 1
            role_session_name = release
            duration_seconds = 1800
            [profile hub]
            role_arn = arn:aws:iam::123456789012:role/1
            credential_source = Ec2InstanceMetadata
            """
        let exchange = ScriptedExchange(Self.world)
        let environment = AWSEnvironment.fake(["AWS_PROFILE": "app"], files: ["/home/b/.aws/config": config])
        guard case .found(let credentials, false) = try await chain(environment, exchange).fetch() else {
            Issue.record("nothing found")
            return
        }
        #expect(credentials.accessKeyID == "ASIAROLE2")
        #expect(credentials.source == "profile app: role arn:aws:iam::210987654321:role/2")
        let calls = exchange.requests.filter { $0.url.contains("sts.") }
        #expect(calls.count == 2)
        let forms = calls.map(STSAnswers.form)
        #expect(
            forms.map { $0["RoleArn"] } == ["arn:aws:iam::123456789012:role/1", "arn:aws:iam::210987654321:role/2"]
        )
        #expect(forms.map { $0["RoleSessionName"] } == ["builderd", "release"])
        #expect(forms.map { $0["ExternalId"] } == [nil, "ext/+ 1"])
        #expect(forms.map { $0["DurationSeconds"] } == [nil, "1800"])
        #expect(calls.map { $0.header("x-amz-security-token") } == ["imds-token", "token of ASIAROLE1"])
        #expect(calls.map { $0.header("authorization")?.contains("Credential=ASIA") } == [true, true])
        #expect(calls[1].header("authorization")?.contains("ASIAROLE1/") == true)
    }

    @Test(
        "credential_source means that source and no other",
        arguments: [
            ("Environment", ["AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "s"], "AKENV"),
            ("EcsContainer", ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/c"], "ASIACONT"),
            ("Ec2InstanceMetadata", [:], "ASIAIMDS"),
            ("Environment", [:], nil), ("EcsContainer", [:], nil),
            ("Ec2InstanceMetadata", ["AWS_EC2_METADATA_DISABLED": "true"], nil),
        ] as [(String, [String: String], String?)]
    )
    func credentialSource(name: String, variables: [String: String], base: String?) async throws {
        let config = "[profile p]\nrole_arn = arn:aws:iam::123456789012:role/1\ncredential_source = \(name)\n"
        let exchange = ScriptedExchange(Self.world)
        let chain = chain(.fake(variables, files: ["/home/b/.aws/config": config], profile: "p"), exchange)
        if let base {
            #expect(key(try await chain.fetch()) == "ASIAROLE1")
            #expect(exchange.requests.last?.header("authorization")?.contains("Credential=\(base)/") == true)
        } else {
            let problem = try #require(await #expect(throws: CredentialProblem.self) { try await chain.fetch() })
            #expect(problem.message.contains("credential_source = \(name)"))
        }
    }

    @Test(
        "Web identity is an unsigned call with the token file's text, read anew at each fetch",
        arguments: [true, false]
    )
    func webIdentity(inProfile: Bool) async throws {
        let token = Mutable("first \n")
        let exchange = ScriptedExchange(Self.world)
        var environment = AWSEnvironment.fake([
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/w",
            "AWS_ROLE_SESSION_NAME": "sess",
        ])
        if inProfile { environment.variables = [:] }
        let config =
            "[default]\nrole_arn = arn:aws:iam::123456789012:role/w\nweb_identity_token_file = /token\nrole_session_name = sess\n"
        environment.readFile = { path throws(FileProblem) in
            if path == "/token" { return Array(token.value.utf8) }
            return inProfile && path == "/home/b/.aws/config" ? Array(config.utf8) : nil
        }
        let chain = chain(environment, exchange)
        #expect(key(try await chain.fetch()) == "ASIAWEB")
        token.value = "second"
        _ = try await chain.fetch()
        let forms = exchange.requests.map(STSAnswers.form)
        #expect(forms.map { $0["WebIdentityToken"] } == ["first", "second"])
        #expect(forms.map { $0["RoleSessionName"] } == ["sess", "sess"])
        #expect(
            exchange.requests.allSatisfy {
                $0.header("authorization") == nil && $0.header("x-amz-security-token") == nil
            }
        )
        token.value = "\n"
        let problem = try #require(await #expect(throws: CredentialProblem.self) { try await chain.fetch() })
        #expect(problem.message.contains("/token") && problem.message.contains("empty"))
    }
}
