import AWSClient
import ActivityWorker
import FoundationEssentials
import Pipeline
import Stages
import Testing

/// Roll Back with the real Terraform, state in LocalStack's S3 and the inventory in moto's DynamoDB.
@Suite(
    .enabled(if: EmulatedStage.isReady, "BUILDERD_TEST_LOCALSTACK or BUILDERD_TEST_MOTO is not set: run Tests/run")
)
struct RollBackTests {
    /// Two releases of one application share all of this but version, image and execution.
    private func release(_ number: Int, of stage: EmulatedStage) -> EmulatedStage {
        var stage = stage
        (stage.version, stage.build) = ("\(number).0.0", "-\(number)")
        stage.entered = "2026-06-1\(number)T12:00:00Z"
        stage.outputs = [.bakery: EmulatedStage.bakery.replacing("0123456789abcdef0", with: "000000000000000\(number)")]
        return stage
    }

    private func stage() async throws -> EmulatedStage {
        var stage = try await EmulatedStage()
        stage.settings.toolEnvironment["TF_VAR_endpoint"] = try #require(AWSEmulator.localStack) + "/_localstack/health"
        stage.useStandInAuditor()
        return stage
    }

    private func section(_ stage: EmulatedStage, instances: Int) -> ProvisionSection {
        ProvisionSection(
            head: stage.head(),
            module: "hello-demo",
            variables: ["instance_count": .integer(Int64(instances))],
            secrets: []
        )
    }

    /// Provision; what it returned is kept for the stages after it.
    private func provision(_ stage: inout EmulatedStage, instances: Int) async throws {
        let section = section(stage, instances: instances)
        let output = try await stage.run(
            ProvisionStage(environment: stage.environment),
            as: .provision,
            section: section,
            ProvisionOutput.self
        )
        stage.outputs[.provision] = String(decoding: try JSONEncoder().encode(output), as: UTF8.self)
        // The version that the run wrote: the same text once more is another one.
        stage.parameters["provision"] = ParameterReference(
            name: "/\(stage.name)/provision",
            version: try await SSMClient(stage.aws).getParameter(name: "/\(stage.name)/provision").version
        )
    }

    private func validate(_ stage: inout EmulatedStage, allowPlainHTTP: Bool) async throws {
        let output = try await stage.run(
            ValidationStage(environment: stage.environment),
            as: .validation,
            section: ValidationSection(
                head: stage.head(),
                profiles: ["builderd-baseline"],
                inputs: ["allow_plain_http": .bool(allowPlainHTTP)],
                waivers: [Waiver(control: "builderd-no-banner", expires: "2999-12-31", justification: "an emulator")]
            ),
            ValidationOutput.self
        )
        stage.outputs[.validation] = String(decoding: try JSONEncoder().encode(output), as: UTF8.self)
    }

    private func finish(_ stage: EmulatedStage) async throws {
        _ = try await stage.run(
            PostProvisionStage(environment: stage.environment),
            as: .postProvision,
            section: PostProvisionSection(head: stage.head(), smokeTests: [], logGroups: [], retentionDays: 30),
            PostProvisionOutput.self
        )
    }

    private func rollBack(_ stage: EmulatedStage, instances: Int) async throws -> ProvisionOutput {
        try await stage.run(
            ProvisionStage(environment: stage.environment),
            as: .provision,
            section: section(stage, instances: instances),
            ProvisionOutput.self,
            action: .destroy
        )
    }

    /// What Terraform's state says of the stack: its outputs.
    private func state(_ stage: EmulatedStage) async throws -> [String: JSONValue] {
        struct State: Decodable {
            struct Output: Decodable { var value: JSONValue }
            var outputs: [String: Output]
        }
        let object = try await S3Client(stage.aws).getObject(
            bucket: stage.bucket,
            key: "hello/demo/terraform.tfstate",
            maximumBytes: 1 << 20
        )
        return try JSONDecoder().decode(State.self, from: Data(object.body)).outputs.mapValues(\.value)
    }

    @Test func `a release that fails in Validation is rolled back to the one before, which runs on`() async throws {
        let stage = try await stage()
        var first = release(1, of: stage)
        try await provision(&first, instances: 1)
        try await validate(&first, allowPlainHTTP: true)
        try await finish(first)
        let running = try await state(stage)
        #expect(running["release_version"] == .string("1.0.0"))

        var second = release(2, of: stage)
        try await provision(&second, instances: 3)
        #expect(try await state(stage)["release_version"] == .string("2.0.0"))
        let failure = await #expect(throws: TaskFailure.self) { try await validate(&second, allowPlainHTTP: false) }
        #expect(failure?.error == "Validation.ControlsFailed")
        let output = try await rollBack(second, instances: 3)
        #expect(output.action == "restore")
        #expect(output.restored == RestoredRelease(execution: first.execution, version: "1.0.0"))
        let restored = try await state(stage)
        #expect(restored["release_version"] == .string("1.0.0"))
        #expect(restored["image_id"] == .string("ami-0000000000000001"))
        #expect(restored["instances"]?.elements?.count == 1)
        #expect(restored["endpoint"] == running["endpoint"])

        // A retry of the roll back finds everything as it should be.
        let again = try await rollBack(second, instances: 3)
        #expect(again.action == "restore" && (again.added, again.changed, again.removed) == (0, 0, 0))
    }

    @Test func `a first release that fails is destroyed, and so is one after a release that was itself rolled back`()
        async throws
    {
        let stage = try await stage()
        var first = release(1, of: stage)
        try await provision(&first, instances: 1)
        try await validate(&first, allowPlainHTTP: true)
        // Its last report is lost, say: the record is there, and the state machine rolls back.
        try await finish(first)
        let destroyed = try await rollBack(first, instances: 1)
        #expect(destroyed.action == "destroy" && destroyed.removed == 3)
        #expect(try await state(stage).isEmpty)

        var second = release(2, of: stage)
        try await provision(&second, instances: 2)
        #expect(try await rollBack(second, instances: 2).action == "destroy")
        #expect(try await state(stage).isEmpty)
    }

    @Test func `when the earlier release's parameter is gone nothing is destroyed`() async throws {
        let stage = try await stage()
        var first = release(1, of: stage)
        try await provision(&first, instances: 1)
        try await validate(&first, allowPlainHTTP: true)
        first.parameters["provision"]?.version = 4711
        // The section that the run itself wrote is Post Provision's; Provision's is the pinned one.
        try await finish(first)
        var second = release(2, of: stage)
        try await provision(&second, instances: 2)
        let failure = await #expect(throws: TaskFailure.self) { try await rollBack(second, instances: 2) }
        #expect(failure?.error == "Provision.RestoreFailed")
        #expect(failure?.message.contains("/\(stage.name)/provision:4711") == true)
        #expect(try await state(stage)["release_version"] == .string("2.0.0"))
    }
}
