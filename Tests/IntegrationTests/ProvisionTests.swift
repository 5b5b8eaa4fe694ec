import AWSClient
import ActivityWorker
import FoundationEssentials
import Pipeline
import Stages
import TestSupport
import Testing

/// Provision with the real Terraform: built-in resources, state and lock in LocalStack's S3.
@Suite(
    .enabled(if: EmulatedStage.isReady, "BUILDERD_TEST_LOCALSTACK or BUILDERD_TEST_MOTO is not set: run Tests/run")
)
struct ProvisionTests {
    private func stage() async throws -> EmulatedStage {
        var stage = try await EmulatedStage()
        stage.outputs = [.bakery: EmulatedStage.bakery]
        return stage
    }

    private func run(
        _ stage: EmulatedStage,
        module: String = "hello-demo",
        variables: [String: JSONValue] = [:],
        action: TaskHeader.Action = .run
    ) async throws -> ProvisionOutput {
        try await stage.run(
            ProvisionStage(environment: stage.environment, lockTimeout: .zero),
            as: .provision,
            section: ProvisionSection(head: stage.head(), module: module, variables: variables, secrets: []),
            ProvisionOutput.self,
            action: action
        )
    }

    private func failure(_ stage: EmulatedStage, module: String = "hello-demo") async -> TaskFailure? {
        await #expect(throws: TaskFailure.self) { try await run(stage, module: module) }
    }

    private func stateKey(_ stage: EmulatedStage) -> String { "hello/demo/terraform.tfstate" }

    @Test func `a stack is applied, left as it is, and destroyed, with its state in S3`() async throws {
        let stage = try await stage()
        let applied = try await run(stage)
        #expect((applied.added, applied.changed, applied.removed) == (4, 0, 0))
        #expect(applied.endpoint == "http://127.0.0.1:9/")
        #expect(applied.outputs["image_id"] == .string("ami-0123456789abcdef0"))
        let head = try await S3Client(stage.aws).getObject(bucket: stage.bucket, key: stateKey(stage)).head
        #expect(head.serverSideEncryption == "aws:kms")
        #expect(head.kmsKeyID == stage.keyArn)

        let again = try await run(stage)
        #expect((again.added, again.changed, again.removed) == (0, 0, 0))
        #expect(again.outputs == applied.outputs)
        let grown = try await run(stage, variables: ["instance_count": .integer(3)])
        #expect((grown.added, grown.removed) == (1, 0))

        let destroyed = try await run(stage, action: .destroy)
        #expect(destroyed.action == "destroy")
        #expect((destroyed.added, destroyed.removed) == (0, 5))
        #expect(destroyed.endpoint == nil)
    }

    @Test func `another run's lock is respected and its holder named`() async throws {
        let stage = try await stage()
        let lock =
            #"{"ID":"1b4e28ba","Operation":"OperationTypeApply","Who":"root@other","Version":"1.11.4","Created":"2026-11-23T19:00:00Z","Path":"p"}"#
        try await S3Client(stage.aws).putObject(
            bucket: stage.bucket,
            key: stateKey(stage) + ".tflock",
            body: Array(lock.utf8)
        )
        let failure = await failure(stage)
        #expect(failure?.error == "Provision.StateLocked")
        #expect(failure?.message.contains("by root@other since 2026-11-23 19:00:00") == true)
        #expect(failure?.message.contains("1b4e28ba") == true)
    }

    @Test func `a module that runs programs is refused before it is applied`() async throws {
        var stage = try await stage()
        try stage.folder.write(
            "catalogue/terraform/evil/main.tf",
            """
            resource "terraform_data" "x" {
              provisioner "local-exec" {
                command = "touch '\(stage.folder.path)/ran'"
              }
            }
            """
        )
        stage.settings.catalogueDirectory = stage.folder.path + "/catalogue"
        let failure = await failure(stage, module: "evil")
        #expect(failure?.error == "Provision.PlanDenied")
        #expect(failure?.detail?.contains("terraform_data.x: provisioner is local-exec") == true)
        #expect(!FileManager.default.fileExists(atPath: stage.folder.path + "/ran"))
    }

    @Test(arguments: [
        ("nonsense {}", "Provision.ModuleInvalid", "Unsupported block type"),
        (
            "resource \"terraform_data\" \"x\" { input = var.absent }", "Provision.ModuleInvalid",
            "undeclared input variable"
        ),
        ("variable \"needed\" {}", "Provision.PlanFailed", "No value for required variable"),
        ("output \"endpoint\" {\n  value = \"not a URL\"\n}", "Provision.EndpointMissing", ""),
    ])
    func `what is wrong with a module has a name and Terraform's words`(
        text: String,
        name: String,
        detail: String
    ) async throws {
        var stage = try await stage()
        try stage.folder.write("catalogue/terraform/wrong/main.tf", text)
        stage.settings.catalogueDirectory = stage.folder.path + "/catalogue"
        let failure = await failure(stage, module: "wrong")
        // Some are found at init already, which reads the module too.
        #expect(
            failure?.error == name || (name == "Provision.ModuleInvalid" && failure?.error == "Provision.InitFailed")
        )
        if !detail.isEmpty { #expect(failure?.detail?.contains(detail) == true) }
    }

    @Test func `a sensitive output leaves in no form`() async throws {
        var stage = try await stage()
        try stage.folder.write(
            "catalogue/terraform/secretive/main.tf",
            """
            output "endpoint" {
              value = "http://127.0.0.1:9/"
            }
            output "password" {
              value     = "correct-horse-battery"
              sensitive = true
            }
            """
        )
        stage.settings.catalogueDirectory = stage.folder.path + "/catalogue"
        let output = try await run(stage, module: "secretive")
        #expect(output.outputs.keys.sorted() == ["endpoint"])
    }

    @Test func `a bucket that is not there fails init with a name and the bucket's`() async throws {
        var stage = try await stage()
        stage.settings.stateBucket = "absent-" + stage.name
        let failure = await failure(stage)
        #expect(failure?.error == "Provision.InitFailed")
        #expect(failure?.detail?.contains(stage.settings.stateBucket) == true)
    }
}
