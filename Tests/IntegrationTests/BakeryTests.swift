import AWSClient
import ActivityWorker
import FoundationEssentials
import Pipeline
import Stages
import TestSupport
import Testing

/// Bakery with the real Packer: `amazon-ebs` against moto.
@Suite(
    .enabled(if: EmulatedStage.isReady, "BUILDERD_TEST_LOCALSTACK or BUILDERD_TEST_MOTO is not set: run Tests/run")
)
struct BakeryTests {
    private func section(_ stage: EmulatedStage, account: String = "000000000000") -> BakerySection {
        BakerySection(
            head: stage.head(account: account),
            template: "demo-emulated",
            variables: [:],
            packages: [],
            secrets: []
        )
    }

    private func run(_ stage: EmulatedStage, _ section: BakerySection) async throws -> BakeryOutput {
        try await stage.run(
            BakeryStage(environment: stage.environment),
            as: .bakery,
            section: section,
            BakeryOutput.self
        )
    }

    @Test func `the demo's template becomes an encrypted, tagged image, and a second attempt adopts it`() async throws {
        let stage = try await EmulatedStage()
        let output = try await run(stage, section(stage))
        #expect(output.encrypted && output.sharedWith.isEmpty)
        #expect(output.imageName.hasPrefix(stage.name + "-"))
        let ec2 = EC2Client(stage.aws)
        let image = try #require(try await ec2.describeImages(imageIDs: [output.imageId]).first)
        #expect(image.isEncrypted)
        #expect(image.tags["builderd:execution"] == stage.execution)
        #expect(image.tags["costCenter"] == "42")
        let snapshots = try await ec2.describeSnapshots(snapshotIDs: output.snapshotIds)
        #expect(snapshots.map { $0.tags["builderd:complete"] } == [stage.execution])

        #expect(try await run(stage, section(stage)) == output, "the next attempt adopts it")
    }

    @Test func `a clear image is copied encrypted, shared with the application's account, and taken away`() async throws
    {
        var stage = try await EmulatedStage()
        // The demo's template without its encrypted volumes.
        let shipped = stage.settings.catalogueDirectory + "/packer/demo-emulated"
        let variables = try String(contentsOfFile: shipped + "/variables.pkr.hcl", encoding: .utf8)
        let template = try String(contentsOfFile: shipped + "/demo.pkr.hcl", encoding: .utf8)
        try stage.folder.write("catalogue/packer/demo-emulated/variables.pkr.hcl", variables)
        try stage.folder.write(
            "catalogue/packer/demo-emulated/demo.pkr.hcl",
            template.replacing("encrypted             = true", with: "")
                .replacing("kms_key_id            = var.kms_key_id", with: "")
        )
        stage.settings.catalogueDirectory = stage.folder.path + "/catalogue"
        let output = try await run(stage, section(stage, account: "111122223333"))
        #expect(output.imageName.hasPrefix(stage.name + "-") && output.imageName.hasSuffix("-encrypted"))
        #expect(output.sharedWith == ["111122223333"])
        let ec2 = EC2Client(stage.aws)
        let mine = try await ec2.describeImages(
            owners: ["self"],
            filters: [EC2Filter("name", [stage.name + "*"])]
        )
        #expect(mine.map(\.imageID) == [output.imageId])
        #expect(mine.first?.isEncrypted == true)
    }

    @Test func `what Packer says of an image that cannot be built is in the failure`() async throws {
        var stage = try await EmulatedStage()
        stage.settings.toolEnvironment["PKR_VAR_ec2_endpoint"] = "http://127.0.0.1:9"
        let failure = await #expect(throws: TaskFailure.self) { try await run(stage, section(stage)) }
        #expect(failure?.error == "Bakery.BuildFailed")
        #expect(failure?.detail?.contains("connection refused") == true)
    }

    @Test func `what Packer refuses in a template is in the failure`() async throws {
        var stage = try await EmulatedStage()
        try stage.folder.write(
            "catalogue/packer/demo-emulated/a.pkr.hcl",
            "source \"amazon-ebs\" \"x\" {\n  nonsense = 1\n}\nbuild {\n  sources = [\"source.amazon-ebs.x\"]\n}\n"
        )
        stage.settings.catalogueDirectory = stage.folder.path + "/catalogue"
        let failure = await #expect(throws: TaskFailure.self) { try await run(stage, section(stage)) }
        #expect(failure?.error == "Bakery.TemplateInvalid")
        #expect(failure?.detail?.contains("nonsense") == true)
    }

    @Test func `a Packer that is not installed is a missing tool`() async throws {
        var stage = try await EmulatedStage()
        stage.settings.packer = "no-such-packer"
        let failure = await #expect(throws: TaskFailure.self) { try await run(stage, section(stage)) }
        #expect(failure?.error == "Builder.ToolMissing")
    }
}
