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

    @Test func `a Terraform that is not installed is a missing tool`() async throws {
        var stage = try await EmulatedStage()
        stage.outputs = [.bakery: EmulatedStage.bakery]
        stage.settings.terraform = "no-such-terraform"
        let failure = await #expect(throws: TaskFailure.self) { try await Self.provision(stage) }
        #expect(failure?.error == "Builder.ToolMissing")
        #expect(failure?.message.contains("no-such-terraform") == true)
    }

    /// Runs `work`, kills the leader of the tool `name` as soon as it runs, and returns the failure.
    private func failure(
        of stage: EmulatedStage,
        killing name: String,
        _ work: @escaping @Sendable () async throws -> Void
    ) async throws -> TaskFailure {
        let running = Task { try await work() }
        let record = try await started(name, under: stage.folder.path)
        #expect(kill(record.pid, SIGKILL) == 0)
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
                // What is no workspace has no record.
                let record = try? StartRecord.load(folder: "\(folder)/\(workspace)/tools/\(name)")
                if let record { return record }
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

    private static func provision(_ stage: EmulatedStage) async throws {
        _ = try await stage.run(
            ProvisionStage(environment: stage.environment, lockTimeout: .zero),
            as: .provision,
            section: ProvisionSection(head: stage.head(), module: "hello-demo", variables: [:], secrets: []),
            ProvisionOutput.self
        )
    }
}
