import AWSClient
import ActivityWorker
import Foundation
import Pipeline
import Stages
import TestSupport
import Testing
import ToolSupervisor

/// The real Packer and Terraform, killed in the middle of their work by somebody else, or not there.
///
/// A service that takes connections and never answers holds the tool where it is until it is killed.
@Suite(
    .enabled(if: EmulatedStage.isReady, "BUILDERD_TEST_LOCALSTACK or BUILDERD_TEST_MOTO is not set: run Tests/run")
)
struct ToolDeathTests {
    @Test func `a Packer that is killed in the middle of a build is a lost tool`() async throws {
        let silent = try SilentPort()
        var stage = try await EmulatedStage()
        stage.settings.toolEnvironment["PKR_VAR_ec2_endpoint"] = silent.url
        let failure = try await failure(of: stage, killing: "packer-build") { [stage] in
            try await Self.bake(stage)
        }
        #expect(failure.error == "Builder.ToolLost")
        #expect(failure.step == "packer-build")
        #expect(failure.message.contains("signal 9"))
        #expect(failure.next.contains("out-of-memory"))
    }

    @Test func `a Terraform that is killed in the middle is a lost tool`() async throws {
        let silent = try SilentPort()
        var stage = try await EmulatedStage()
        stage.outputs = [.bakery: EmulatedStage.bakery]
        stage.settings.toolEnvironment["AWS_ENDPOINT_URL_S3"] = silent.url
        let failure = try await failure(of: stage, killing: "terraform-init") { [stage] in
            try await Self.provision(stage)
        }
        #expect(failure.error == "Builder.ToolLost")
        #expect(failure.step == "terraform-init")
        #expect(failure.message.contains("signal 9"))
    }

    @Test
    func `a Terraform that is killed as it writes the state leaves the state before it, and no secret in what is told`()
        async throws
    {
        let secret = "correct-horse-battery"
        var stage = try await EmulatedStage()
        stage.outputs = [.bakery: EmulatedStage.bakery]
        // Its resources' addresses have the secret in them, so that Terraform prints it.
        try stage.folder.write(
            "catalogue/terraform/talkative/main.tf",
            """
            variable "password" { sensitive = true }
            variable "instance_count" { default = 1 }
            resource "terraform_data" "one" {
              for_each         = toset([nonsensitive(var.password)])
              triggers_replace = [var.instance_count]
            }
            resource "terraform_data" "more" { count = var.instance_count }
            output "endpoint" { value = "http://127.0.0.1:9/" }
            """
        )
        stage.settings.catalogueDirectory = stage.folder.path + "/catalogue"
        _ = try await SSMClient(stage.aws).putParameter(
            name: "/\(stage.name)/password",
            value: secret,
            keyID: stage.keyArn
        )
        #expect(try await Self.talk(stage, count: 1).added == 2)
        let before = try await Self.state(of: stage)
        try #require(String(decoding: before, as: UTF8.self).contains("terraform_data"))

        let proxy = try StallingProxy(
            to: try #require(AWSEmulator.localStack),
            stallingAt: ["?", " "].map { "PUT /\(stage.bucket)/\(Self.stateKey)\($0)" }
        )
        var stalling = stage
        stalling.settings.toolEnvironment["AWS_ENDPOINT_URL_S3"] = proxy.url
        let failure = try await failure(of: stalling, killing: "terraform-apply", once: proxy.stalled) {
            [stalling] in _ = try await Self.talk(stalling, count: 3)
        }
        #expect(failure.error == "Builder.ToolLost")
        #expect(failure.step == "terraform-apply")
        #expect(failure.message.contains("signal 9"))
        #expect(failure.next.contains("retries") && failure.next.contains("out-of-memory"))
        #expect(failure.detail?.contains("[redacted]") == true, "Terraform did not print the secret")
        #expect(!"\(failure)".contains(secret))
        #expect(try await Self.state(of: stage) == before)

        // The lock of the dead is there until somebody takes it away; then the release goes on from the state as it was.
        do {
            _ = try await Self.talk(stage, count: 3)
        } catch let locked as TaskFailure {
            #expect(locked.error == "Provision.StateLocked")
            #expect(locked.next.contains("force-unlock"))
            try await stage.platform.removeObject(stage.bucket, Self.stateKey + ".tflock")
            let again = try await Self.talk(stage, count: 3)
            #expect((again.added, again.removed) == (3, 1))
        }
    }

    @Test func `a Terraform that is not installed is a missing tool`() async throws {
        var stage = try await EmulatedStage()
        stage.outputs = [.bakery: EmulatedStage.bakery]
        stage.settings.terraform = "no-such-terraform"
        let failure = await #expect(throws: TaskFailure.self) { try await Self.provision(stage) }
        #expect(failure?.error == "Builder.ToolMissing")
        #expect(failure?.message.contains("no-such-terraform") == true)
    }

    /// Runs `work`, kills the leader of the tool `name` as soon as it runs and `isReady` returns, and returns the failure.
    private func failure(
        of stage: EmulatedStage,
        killing name: String,
        once isReady: @Sendable () async -> Void = {},
        _ work: @escaping @Sendable () async throws -> Void
    ) async throws -> TaskFailure {
        let running = Task { try await work() }
        let record = try await started(name, under: stage.folder.path)
        await isReady()
        try #require(kill(record.pid, SIGKILL) == 0)
        do {
            try await running.value
        } catch let failure as TaskFailure {
            #expect(try await isGone(record.pid), "processes of the tool's session are left")
            return failure
        }
        throw Survived(description: "\(name) was killed, and the stage succeeded")
    }

    /// Whether the tool's group empties. What was killed stays in it as a zombie until init has reaped it, which init does when it may.
    private func isGone(_ group: Int32) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if kill(-group, 0) != 0 { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    /// Waits for the tool's start to be recorded in some task's workspace.
    private func started(_ name: String, under folder: String) async throws -> StartRecord {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            for workspace in try FileManager.default.contentsOfDirectory(atPath: folder) {
                // What is no workspace has no record, and an earlier run of the tool has ended.
                let tool = "\(folder)/\(workspace)/tools/\(name)"
                guard !FileManager.default.fileExists(atPath: tool + "/" + ExitRecord.name) else { continue }
                if let record = try? StartRecord.load(folder: tool) { return record }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Survived(description: "\(name) did not start")
    }

    private struct Survived: Error, CustomStringConvertible { var description: String }

    private static func bake(_ stage: EmulatedStage) async throws {
        _ = try await stage.run(
            BakeryStage(environment: stage.environment),
            as: .bakery,
            section: BakerySection(
                head: stage.head(),
                template: "demo-emulated",
                variables: [:],
                packages: [],
                secrets: []
            ),
            BakeryOutput.self
        )
    }

    private static let stateKey = "hello/demo/terraform.tfstate"

    /// What the bucket has as the state.
    private static func state(of stage: EmulatedStage) async throws -> [UInt8] {
        try await S3Client(stage.aws).getObject(bucket: stage.bucket, key: stateKey).body
    }

    private static func talk(_ stage: EmulatedStage, count: Int64) async throws -> ProvisionOutput {
        try await stage.run(
            ProvisionStage(environment: stage.environment, lockTimeout: .zero),
            as: .provision,
            section: ProvisionSection(
                head: stage.head(),
                module: "talkative",
                variables: ["instance_count": .integer(count)],
                secrets: [
                    SecretReference(name: "password", parameter: "/\(stage.name)/password", stages: [.provision])
                ]
            ),
            ProvisionOutput.self
        )
    }

    private static func provision(_ stage: EmulatedStage) async throws {
        _ = try await stage.run(
            ProvisionStage(environment: stage.environment, lockTimeout: .zero),
            as: .provision,
            section: ProvisionSection(head: stage.head(), module: "hello-demo", variables: [:], secrets: []),
            ProvisionOutput.self
        )
    }
}
