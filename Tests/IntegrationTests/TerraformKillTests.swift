import AWSClient
import ActivityWorker
import Foundation
import Pipeline
import Stages
import TestSupport
import Testing
import ToolSupervisor

/// The real Terraform, killed while it holds the lock of a state in LocalStack's S3, and what becomes of the lock.
@Suite(
    .enabled(if: EmulatedStage.isReady, "BUILDERD_TEST_LOCALSTACK or BUILDERD_TEST_MOTO is not set: run Tests/run"),
    .timeLimit(.minutes(5))
)
struct TerraformKillTests {
    private static let key = "hello/demo/terraform.tfstate"

    private func stage() async throws -> EmulatedStage {
        var stage = try await EmulatedStage()
        stage.outputs = [.bakery: EmulatedStage.bakery]
        return stage
    }

    private func provision(_ stage: EmulatedStage) -> ProvisionStage {
        ProvisionStage(environment: stage.environment, lockTimeout: .zero)
    }

    private func section(_ stage: EmulatedStage) -> ProvisionSection {
        ProvisionSection(head: stage.head(), module: "hello-demo", variables: [:], secrets: [])
    }

    private func apply(_ stage: EmulatedStage) async throws -> ProvisionOutput {
        try await stage.run(provision(stage), as: .provision, section: section(stage), ProvisionOutput.self)
    }

    /// The lock of the state; `nil` when there is none.
    private func lock(_ stage: EmulatedStage) async throws -> StateLock? {
        do throws(AWSError) {
            return StateLock(
                json: try await S3Client(stage.aws).getObject(bucket: stage.bucket, key: Self.key + ".tflock").body
            )
        } catch {
            if error.kind == .notFound { return nil }
            throw error
        }
    }

    private func records(_ stage: EmulatedStage) throws -> [LockRecord] {
        try LockRecords(directory: stage.settings.terraformDirectory).of(state: "s3://\(stage.bucket)/\(Self.key)")
    }

    /// Kills the stage's apply when it has saved the state and not heard of it; the lock is left.
    private func killedApply(_ stage: EmulatedStage) async throws -> TaskContext {
        let localStack = try #require(AWSEmulator.localStack)
        let proxy = try HoldingProxy(before: localStack) { request in
            request.line.hasPrefix("PUT ") && request.line.contains(".tfstate?") ? .hold : .pass
        }
        var held = stage
        held.settings.toolEnvironment["AWS_ENDPOINT_URL_S3"] = proxy.url
        let context = try await held.context(of: .provision, section: section(stage))
        let provision = provision(held)
        let failure = try await ToolKill.failure(
            of: "terraform-apply",
            in: context,
            when: { try await proxy.untilHeld() }
        ) {
            _ = try await provision.run(context)
        }
        #expect(failure.error == "Builder.ToolLost")
        #expect(
            try await lock(stage)?.who == HostIdentity.current().who,
            "no lock is left, or this host calls itself otherwise"
        )
        return context
    }

    @Test func `the lock of an apply that was killed is given back by its own attempt's clean-up`() async throws {
        let stage = try await stage()
        let context = try await killedApply(stage)
        await provision(stage).cleanUp(context)
        #expect(try await lock(stage) == nil)
        #expect(try records(stage).isEmpty)
        #expect(try await apply(stage).endpoint == "http://127.0.0.1:9/")
        #expect(try records(stage).isEmpty)
    }

    @Test func `the lock of an attempt that could not clean up is taken away by the next one, by proof`() async throws {
        let stage = try await stage()
        let context = try await killedApply(stage)
        #expect(try await apply(stage).endpoint == "http://127.0.0.1:9/")
        #expect(try await lock(stage) == nil)
        #expect(try records(stage).map(\.task) == [context.id], "its own clean-up is still to come")
        await provision(stage).cleanUp(context)
        #expect(try records(stage).isEmpty)
    }

    @Test func `a lock that this host wrote nothing down for stays`() async throws {
        let stage = try await stage()
        let context = try await killedApply(stage)
        let left = try await lock(stage)
        let state = "s3://\(stage.bucket)/\(Self.key)"
        try LockRecords(directory: stage.settings.terraformDirectory).remove(state: state, task: context.id)
        let failure = await #expect(throws: TaskFailure.self) { try await apply(stage) }
        #expect(failure?.error == "Provision.StateLocked")
        #expect(failure?.message.contains(try #require(left).id) == true)
        #expect(try await lock(stage) == left)
    }

    @Test func `a lock stays while the provisioner of its holder runs, and goes once that was killed with all of it`()
        async throws
    {
        let stage = try await stage()
        let context = try await stage.context(of: .provision, section: section(stage))
        let run = SleepingProvisioner(stage: stage, context: context, key: Self.key)
        try await run.prepare()
        let running = Task { try await run.apply() }
        try await run.untilAsleep()
        let held = try #require(try await lock(stage))
        let failure = await #expect(throws: TaskFailure.self) { try await apply(stage) }
        #expect(failure?.error == "Provision.StateLocked")
        #expect(try await lock(stage) == held)

        let record = try #require(try StartRecord.load(folder: context.workspace + "/tools/terraform-apply"))
        #expect(kill(record.pid, SIGKILL) == 0)
        #expect(try await running.value.signal == SIGKILL)
        #expect(try await lock(stage) == held, "it went away by itself")
        #expect(try await apply(stage).endpoint == "http://127.0.0.1:9/")
        #expect(try await lock(stage) == nil)
    }

    @Test(arguments: [1, Int.max])
    func `a state that cannot be saved is pushed by a second try, or kept beside it`(refusals: Int) async throws {
        let stage = try await stage()
        let localStack = try #require(AWSEmulator.localStack)
        let left = Countdown(refusals)
        let body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
        let refusal =
            "HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        let proxy = try HoldingProxy(before: localStack) { request in
            request.line.hasPrefix("PUT ") && request.line.contains(".tfstate?") && left.next()
                ? .answer(refusal) : .pass
        }
        var refused = stage
        refused.settings.toolEnvironment["AWS_ENDPOINT_URL_S3"] = proxy.url
        let failure = await #expect(throws: TaskFailure.self) { try await apply(refused) }
        #expect(failure?.error == "Provision.ApplyFailed")
        let s3 = S3Client(stage.aws)
        if refusals == 1 {
            #expect(failure?.message.contains("it is saved now") == true, "\(String(describing: failure))")
            let state = try await s3.getObject(bucket: stage.bucket, key: Self.key)
            #expect(String(decoding: state.body, as: UTF8.self).contains("launch_template"))
            let again = try await apply(stage)
            #expect(again.added == 0, "what was made is known")
        } else {
            let text = try #require(failure?.message)
            #expect(text.contains("s3://\(stage.bucket)/hello/demo/errored/"), "\(text)")
            let place = try #require(text.split(separator: " ").first { $0.hasPrefix("s3://") })
            let key = try #require(S3ObjectLocation(String(place.dropLast()))).key
            let kept = try await s3.getObject(bucket: stage.bucket, key: key)
            #expect(String(decoding: kept.body, as: UTF8.self).contains("launch_template"))
            #expect(kept.head.serverSideEncryption == "aws:kms")
            #expect(failure?.next.contains("terraform state push") == true)
        }
        #expect(try await lock(stage) == nil)
    }
}
