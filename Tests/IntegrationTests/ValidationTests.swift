import AWSClient
import ActivityWorker
import CurlTransport
import FoundationEssentials
import Pipeline
import Stages
import TestSupport
import Testing

/// Validation and Post Provision against LocalStack and moto; the auditor is the demo's stand-in, which says that it is one.
@Suite(
    .enabled(if: EmulatedStage.isReady, "BUILDERD_TEST_LOCALSTACK or BUILDERD_TEST_MOTO is not set: run Tests/run")
)
struct ValidationTests {
    /// A stack whose endpoint is LocalStack's own health page: something real that answers on loopback.
    private func stage() async throws -> EmulatedStage {
        var stage = try await EmulatedStage()
        let endpoint = try #require(AWSEmulator.localStack) + "/_localstack/health"
        stage.outputs = [
            .bakery: EmulatedStage.bakery,
            .provision:
                "{\"action\":\"apply\",\"outputs\":{},\"endpoint\":\"\(endpoint)\",\"added\":1,\"changed\":0,\"removed\":0,\"state\":\"s3://b/k\"}",
        ]
        stage.useStandInAuditor()
        return stage
    }

    /// LocalStack tells its web server's version, which the profile finds and nobody here can change.
    private let banner = Waiver(control: "builderd-no-banner", expires: "2999-12-31", justification: "an emulator")

    private func validate(_ stage: EmulatedStage, inputs: [String: JSONValue]) async throws -> ValidationOutput {
        try await stage.run(
            ValidationStage(environment: stage.environment),
            as: .validation,
            section: ValidationSection(
                head: stage.head(),
                profiles: ["builderd-baseline"],
                inputs: inputs,
                waivers: [banner]
            ),
            ValidationOutput.self
        )
    }

    @Test func `the shipped profile is judged and its report lies in S3 under the key`() async throws {
        let stage = try await stage()
        let output = try await validate(stage, inputs: ["allow_plain_http": .bool(true)])
        #expect(output.controls == 5)
        #expect(output.failed == 0)
        #expect((output.passed, output.waived, output.skipped) == (2, 1, 2))
        let key = String(output.report.dropFirst("s3://\(stage.bucket)/".count))
        let report = try await S3Client(stage.aws).getObject(
            bucket: stage.bucket,
            key: key,
            versionID: output.reportVersionId
        )
        #expect(report.head.serverSideEncryption == "aws:kms")
        #expect(report.head.kmsKeyID == stage.keyArn)
        #expect(String(decoding: report.body, as: UTF8.self).contains("builderd-endpoint-answers"))
    }

    @Test func `a control that fails stops the release`() async throws {
        let stage = try await stage()
        let failure = await #expect(throws: TaskFailure.self) { try await validate(stage, inputs: [:]) }
        #expect(failure?.error == "Validation.ControlsFailed")
        #expect(failure?.detail?.contains("builderd-endpoint-encrypted (impact 0.9)") == true)
    }

    @Test func `a release is finished: smoke test, log groups, inventory, and once more without a second record`()
        async throws
    {
        var stage = try await stage()
        stage.outputs[.validation] =
            #"{"profiles":[],"controls":2,"passed":2,"failed":0,"skipped":0,"waived":0,"report":"s3://b/r"}"#
        let section = PostProvisionSection(
            head: stage.head(),
            smokeTests: [
                SmokeTest(name: "health", path: "/", expectStatus: 200, contains: "services", withinSeconds: 30)
            ],
            logGroups: ["/\(stage.name)/app"],
            retentionDays: 30
        )
        // A path after the endpoint's own: LocalStack's health page takes a trailing slash for another page.
        let endpoint = try #require(AWSEmulator.localStack)
        stage.outputs[.provision] = stage.outputs[.provision]?.replacing("/_localstack/health", with: "")
        var tested = section
        tested.smokeTests[0].path = "/_localstack/health"
        let handler = PostProvisionStage(environment: stage.environment)
        let output = try await stage.run(handler, as: .postProvision, section: tested, PostProvisionOutput.self)
        #expect(output.smokeTests.map(\.url) == [endpoint + "/_localstack/health"])
        let group = try #require(
            try await CloudWatchLogsClient(stage.aws).describeLogGroups(prefix: "/\(stage.name)/app").first
        )
        #expect(group.retentionDays == 30)
        #expect(group.kmsKeyID == stage.keyArn)
        let key: DynamoDBClient.Item = ["pk": .string(output.inventory.pk), "sk": .string(output.inventory.sk)]
        let item = try #require(try await DynamoDBClient(stage.aws).getItem(table: stage.table, key: key))
        #expect(item["version"]?.stringValue == "1.0.0")

        #expect(try await stage.run(handler, as: .postProvision, section: tested, PostProvisionOutput.self) == output)
        #expect(try await DynamoDBClient(stage.aws).getItem(table: stage.table, key: key) == item)
    }
}
