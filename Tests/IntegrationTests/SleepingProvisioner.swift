import ActivityWorker
import Foundation
import Stages

/// A Terraform in a task's workspace that holds the state's lock while a provisioner of it sleeps. No plan that Provision makes may run a
/// program, so this is what is below the stage: its tool under the supervisor, and the record that the stage writes before.
struct SleepingProvisioner {
    let stage: EmulatedStage
    let context: TaskContext
    /// Key of the state.
    let key: String

    private var folder: String { context.workspace + "/terraform" }

    /// Makes the module and the record, and initialises.
    func prepare() async throws {
        let module = """
            terraform {
              backend "s3" {}
            }
            resource "terraform_data" "made" {
              input = "made"
            }
            resource "terraform_data" "sleeps" {
              input = terraform_data.made.output
              provisioner "local-exec" {
                command = "touch asleep; sleep 300"
              }
            }
            """
        let backend = """
            {"bucket": "\(stage.bucket)", "key": "\(key)", "region": "eu-central-1", "use_lockfile": true, "use_path_style": true,
             "skip_credentials_validation": true, "skip_requesting_account_id": true, "skip_region_validation": true,
             "skip_metadata_api_check": true}
            """
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try module.write(toFile: folder + "/main.tf", atomically: true, encoding: .utf8)
        try backend.write(toFile: folder + "/backend.json", atomically: true, encoding: .utf8)
        let host = HostIdentity.current()
        try await LockRecords(directory: stage.settings.terraformDirectory).write(
            LockRecord(
                state: "s3://\(stage.bucket)/\(key)",
                task: context.id,
                execution: stage.execution,
                who: host.who,
                boot: host.boot,
                workspace: context.workspace,
                startedMilliseconds: Int64(Date.now.timeIntervalSince1970 * 1000)
            )
        )
        _ = try await terraform("terraform-init", ["init", "-input=false", "-backend-config=backend.json"])
    }

    /// Applies, which does not end by itself in time.
    func apply() async throws -> ToolExit {
        try await terraform("terraform-apply", ["apply", "-input=false", "-auto-approve", "-json"])
    }

    /// Returns when the provisioner sleeps.
    func untilAsleep() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !FileManager.default.fileExists(atPath: folder + "/asleep") {
            guard ContinuousClock.now < deadline else { throw ToolKill.Survived(description: "no provisioner ran") }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func terraform(_ name: String, _ arguments: [String]) async throws -> ToolExit {
        var environment = stage.settings.toolEnvironment
        for key in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] { environment[key] = "test" }
        environment["CHECKPOINT_DISABLE"] = "1"
        return try await context.tool(
            name,
            ToolInvocation(
                executable: "terraform",
                arguments: arguments,
                environment: environment,
                workingDirectory: folder,
                stop: ToolStopPolicy(grace: .seconds(5))
            )
        )
    }
}
