import FoundationEssentials
import TestSupport
import Testing

@testable import AWSClient

/// Our reading of profiles beside botocore's (`Tests/Python/profiles.py`).
@Suite struct BotocoreProfileTests {
    private static let keys = "aws_access_key_id = AKCRED\naws_secret_access_key = s\n"
    private static let process =
        #"credential_process = /bin/echo '{"Version": 1, "AccessKeyId": "AKPROC", "SecretAccessKey": "s"}'"#
    private static let role = "role_arn = arn:aws:iam::123456789012:role/r\n"

    /// Configuration file, credentials file, profile.
    private static let cases: [(config: String, credentials: String, profile: String)] = [
        ("[default]\nregion = eu-west-1\n", "[default]\n" + keys, "default"),
        ("[default]\nregion = eu-west-1\naws_access_key_id = AKCONF\naws_secret_access_key = s\n", "", "default"),
        (
            "[default]\naws_access_key_id = AKCONF\naws_secret_access_key = s\naws_session_token = old\n",
            "[default]\n" + keys, "default"
        ),
        ("[profile p]\nregion=us-west-2\n", "[p]\n" + keys + "aws_session_token = tok\n", "p"),
        ("[profile \"a b\"]\nregion = x-y-1\n", "[a b]\n" + keys, "a b"),
        ("[default]\n" + process + "\n", "", "default"),
        ("[default]\n" + process + "\n", "[default]\n" + keys, "default"),
        ("[default]\naws_access_key_id = AKCONF\naws_secret_access_key = s\n" + process + "\n", "", "default"),
        ("[default]\n" + role + "source_profile = base\n", "[base]\n" + keys, "default"),
        (
            "[default]\n" + role
                + "source_profile = base\nexternal_id = ext\nrole_session_name = me\nduration_seconds = 1800\n",
            "[base]\n" + keys, "default"
        ),
        ("[default]\n" + role + "source_profile = default\n", "[default]\n" + keys, "default"),
        (
            "[default]\n" + role
                + "source_profile = m\n[profile m]\nrole_arn = arn:aws:iam::123456789012:role/m\nsource_profile = base\n",
            "[base]\n" + keys, "default"
        ),
        (
            "[default]\n" + role
                + "source_profile = m\n[profile m]\nrole_arn = arn:aws:iam::123456789012:role/m\nsource_profile = m\n",
            "[m]\n" + keys, "default"
        ),
        (
            "[default]\n" + role
                + "source_profile = m\n[profile m]\nrole_arn = arn:aws:iam::123456789012:role/m\nsource_profile = m\n",
            "", "default"
        ),
        ("[default]\n" + role + "credential_source = Ec2InstanceMetadata\n", "", "default"),
        ("[default]\n" + role + "credential_source = EcsContainer\nexternal_id = x\n", "", "default"),
        ("[default]\n" + role + "credential_source = Environment\n", "", "default"),
        ("[default]\n" + role + "credential_source = Elsewhere\n", "", "default"),
        ("[default]\n" + role, "", "default"),
        (
            "[default]\n" + role + "credential_source = Environment\nsource_profile = base\n", "[base]\n" + keys,
            "default"
        ),
        ("[default]\n" + role + "source_profile = gone\n", "", "default"),
        ("[default]\n" + role + "source_profile = base\n[profile base]\n" + process + "\n", "", "default"),
        ("[default]\n" + role + "source_profile = base\n[profile base]\nregion = x\n", "", "default"),
        ("[default]\n" + role + "web_identity_token_file = TOKENFILE\nrole_session_name = w\n", "", "default"),
        ("[default]\n" + role + "web_identity_token_file = TOKENFILE\n", "[default]\n" + keys, "default"),
        ("[default]\nweb_identity_token_file = TOKENFILE\n", "", "default"),
        (
            "[default]\n" + role
                + "source_profile = w\n[profile w]\nrole_arn = arn:aws:iam::123456789012:role/w\nweb_identity_token_file = TOKENFILE\n",
            "", "default"
        ),
        ("[default]\naws_access_key_id = AKCONF\n", "", "default"),
        ("[default]\nregion = eu-west-3\noutput = json\n", "", "default"),
        ("[profile other]\nregion = x\n", "", "missing"),
        ("[default]\nregion = \n", "[default]\n" + keys, "default"),
        (
            "[DEFAULT2]\nregion = x\n[default]\n# c\nREGION = eu-north-1\n",
            "[default]\nAWS_ACCESS_KEY_ID = AKUP\nAws_Secret_Access_Key = s\n", "default"
        ),
    ]

    @Test(
        "Profiles come to the same keys, roles and region as with botocore, or are refused like there",
        .enabled(if: RepositoryPath.python != nil, "BUILDERD_TEST_PYTHON is not set: run Tests/run")
    )
    func sameAsBotocore() async throws {
        let folder = try TemporaryFolder()
        let token = try folder.write("token", "webtoken\n")
        var cases: [[String: String]] = []
        for (index, one) in Self.cases.enumerated() {
            cases.append([
                "config": try folder.write("\(index)/config", one.config.replacing("TOKENFILE", with: token)),
                "credentials": try folder.write("\(index)/credentials", one.credentials),
                "profile": one.profile,
            ])
        }
        let list = folder.path + "/cases.json"
        try JSONEncoder().encode(cases).write(to: URL(filePath: list))
        let theirs = try JSONDecoder().decode(
            [Outcome].self,
            from: try await RepositoryPath.runPython("profiles.py", [list])
        )
        #expect(theirs.count == cases.count)
        for (one, their) in zip(cases, theirs) {
            let ours = await outcome(one)
            let text = Self.cases[cases.firstIndex(of: one) ?? 0]
            #expect((ours.error == nil) == (their.error == nil), "\(text) ours \(ours) theirs \(their)")
            if their.error == nil {
                #expect(ours.steps == their.steps, "\(text)")
                #expect((ours.region ?? "") == (their.region ?? ""), "\(text)")
            }
        }
        // Neither side is compared with nothing but errors.
        #expect(theirs.filter { $0.error == nil }.count >= 18 && theirs.filter { $0.error != nil }.count >= 8)
        print("figure: profiles.botocore-cases = \(cases.count)")
    }

    private struct Outcome: Decodable {
        var region: String?
        var steps: [String]?
        var error: String?
    }

    private func outcome(_ one: [String: String]) async -> Outcome {
        let environment = AWSEnvironment(variables: [
            "AWS_CONFIG_FILE": one["config"] ?? "", "AWS_SHARED_CREDENTIALS_FILE": one["credentials"] ?? "",
            "AWS_PROFILE": one["profile"] ?? "",
        ])
        do {
            let shared = try SharedConfiguration(environment)
            let profile = try shared.profile(environment)
            let plan = try profile.flatMap { try ProfilePlanner(shared: shared).plan($0) }
            var found: [String] = []
            if let plan { found = try await steps(plan, environment) }
            return Outcome(region: profile?["region"], steps: found)
        } catch {
            return Outcome(error: "\(error)")
        }
    }

    private func steps(_ plan: ProfilePlan, _ environment: AWSEnvironment) async throws -> [String] {
        func session(_ name: String) -> String { name == AssumedRole.defaultSessionName ? "default" : name }
        switch plan {
        case .fixed(let keys):
            return ["keys \(keys.accessKeyID) \(keys.sessionToken ?? "None")"]
        case .process(let command):
            guard
                case .found(let keys, _) = try await ProcessCredentials(command: command, environment: environment)
                    .fetch()
            else {
                return []
            }
            return ["keys \(keys.accessKeyID) \(keys.sessionToken ?? "None")"]
        case .webIdentity(let role):
            let token = try TokenFile.read(role.tokenFile, variable: "", environment).split(
                whereSeparator: \.isWhitespace
            )
            return ["web \(role.arn) \(token.first ?? "") \(session(role.sessionName))"]
        case .named(let source):
            return ["named \(source.rawValue)"]
        case .role(let role, let base):
            let last =
                "role \(role.arn) \(session(role.sessionName)) \(role.externalID ?? "None") \(role.durationSeconds.map(String.init) ?? "None")"
            return try await steps(base, environment) + [last]
        }
    }
}
