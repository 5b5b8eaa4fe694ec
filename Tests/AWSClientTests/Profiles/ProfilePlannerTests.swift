import Testing

@testable import AWSClient

@Suite struct ProfilePlannerTests {
    private func plan(_ config: String, credentials: String = "", profile: String = "default") throws -> ProfilePlan? {
        let environment = AWSEnvironment.fake(
            ["AWS_PROFILE": profile],
            files: ["/home/b/.aws/config": config, "/home/b/.aws/credentials": credentials]
        )
        let shared = try SharedConfiguration(environment)
        return try shared.profile(environment).flatMap { try ProfilePlanner(shared: shared).plan($0) }
    }

    @Test("A role is assumed through every profile of its chain, with its own settings")
    func chain() throws {
        let found = try plan(
            """
            [profile app]
            role_arn = arn:app
            source_profile = hub
            external_id = e/1
            role_session_name = release
            duration_seconds = 900
            [profile hub]
            role_arn = arn:hub
            credential_source = Ec2InstanceMetadata
            """,
            profile: "app"
        )
        let hub = AssumedRole(arn: "arn:hub", sessionName: "builderd")
        let app = AssumedRole(arn: "arn:app", sessionName: "release", externalID: "e/1", durationSeconds: 900)
        #expect(found == .role(app, with: .role(hub, with: .named(.ec2InstanceMetadata))))
    }

    @Test("A profile may name itself as source when it has keys")
    func selfReference() throws {
        let found = try plan(
            "[default]\nrole_arn = arn:r\nsource_profile = default\n",
            credentials: "[default]\naws_access_key_id = K\naws_secret_access_key = S\n"
        )
        guard case .role(_, with: .fixed(let keys)) = found else {
            Issue.record("not a role with keys: \(String(describing: found))")
            return
        }
        #expect(keys.accessKeyID == "K" && keys.secretAccessKey == "S" && keys.source == "profile default")
    }

    @Test(
        "What cannot work is refused with file and line, and what to do",
        arguments: [
            ("[default]\nrole_arn = r\n", ":2", "neither source_profile nor credential_source"),
            ("[default]\nrole_arn = r\nsource_profile = a\ncredential_source = Environment\n", ":2", "both"),
            ("[default]\nrole_arn = r\ncredential_source = Nowhere\n", ":3", "Ec2InstanceMetadata"),
            ("[default]\nrole_arn = r\nsource_profile = a\nmfa_serial = m\n[profile a]\nx = y\n", ":4", "MFA"),
            ("[default]\nrole_arn = r\nsource_profile = a\n", ":3", "does not exist"),
            ("[default]\nrole_arn = r\nsource_profile = a\n[profile a]\nregion = x\n", ":3", "no credentials"),
            ("[default]\nrole_arn = r\nsource_profile = default\n", ":3", "circle"),
            (
                "[default]\nrole_arn = r\nsource_profile = a\n[profile a]\nrole_arn = s\nsource_profile = b\n[profile b]\nrole_arn = t\nsource_profile = a\n",
                ":9", "default → a → b → a"
            ),
            ("[default]\nrole_arn = r\ncredential_source = Environment\nduration_seconds = 899\n", ":4", "900"),
            ("[default]\nrole_arn = r\ncredential_source = Environment\nduration_seconds = one\n", ":4", "43200"),
            ("[default]\nweb_identity_token_file = /t\n", ":2", "role_arn"),
            ("[default]\naws_access_key_id = K\n", ":2", "aws_secret_access_key"),
            ("[default]\naws_secret_access_key = SECRETVALUE\n", ":2", "aws_access_key_id"),
            ("[default]\nsso_session = s\n", ":2", "credential_process"),
        ]
    )
    func refused(config: String, place: String, says: String) throws {
        let problem = try #require(throws: SharedConfigProblem.self) { try plan(config) }
        #expect(problem.message.contains("/home/b/.aws/config\(place)"), "\(problem.message)")
        #expect(problem.message.contains(says), "\(problem.message)")
        #expect(!problem.message.contains("SECRETVALUE"))
    }

    @Test("A profile without a word about credentials has no plan")
    func nothing() throws {
        #expect(try plan("[default]\nregion = x\n") == nil)
    }
}
