import Pipeline
import Stages
import TestSupport
import Testing

struct ToolAccessTests {
    private let role = AccountAccess(roleArn: "arn:aws:iam::111122223333:role/app", externalId: "ext")

    private func text(_ source: ToolCredentialSource, role: AccountAccess?) throws -> String {
        try ToolAccess(source: source, role: role, region: "eu-central-1", sessionName: "builderd-abc").configuration()
    }

    @Test func `on an instance a role is assumed from the instance's credentials`() throws {
        #expect(
            try text(.ec2InstanceMetadata, role: role) == """
                [profile builderd-builder]
                region = eu-central-1

                [profile builderd]
                region = eu-central-1
                role_arn = arn:aws:iam::111122223333:role/app
                role_session_name = builderd-abc
                external_id = ext
                credential_source = Ec2InstanceMetadata

                """
        )
        #expect(try text(.ecsContainer, role: role).contains("credential_source = EcsContainer\n"))
    }

    @Test func `without a role a tool acts as the builder`() throws {
        let text = try text(.ec2InstanceMetadata, role: nil)
        #expect(!text.contains("role_arn"))
        #expect(text.hasSuffix("[profile builderd]\nregion = eu-central-1\n"))
    }

    @Test func `a base profile's settings are copied, its comments and neighbours are not`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "config",
            """
            [default]
            aws_access_key_id = other
            # a comment
            [profile demo]
            region = us-east-1
            aws_access_key_id = test
            s3 =
              addressing_style = path
            [profile after]
            aws_access_key_id = after
            """
        )
        let text = try text(.profile(name: "demo", file: file), role: role)
        #expect(
            text.hasPrefix(
                "[profile builderd-builder]\nregion = eu-central-1\naws_access_key_id = test\ns3 =\n  addressing_style = path\n\n"
            )
        )
        #expect(text.contains("source_profile = builderd-builder\n"))
        #expect(!text.contains("other") && !text.contains("after") && !text.contains("us-east-1"))
        let error = #expect(throws: ToolAccessError.self) {
            try self.text(.profile(name: "absent", file: file), role: nil)
        }
        #expect(error?.message.contains("default, demo, after") == true)
    }

    @Test func `a value cannot bring a setting of its own`() {
        let role = AccountAccess(roleArn: "arn:aws:iam::1:role/a\ncredential_process = evil")
        #expect(throws: ToolAccessError.self) { try text(.ec2InstanceMetadata, role: role) }
    }
}
