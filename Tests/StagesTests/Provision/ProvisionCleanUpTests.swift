import ActivityWorker
import FoundationEssentials
import Pipeline
import Stages
import TestSupport
import Testing

/// What Provision does about locks and states after its attempt failed; `Tests/IntegrationTests` does it after the real Terraform was
/// killed.
struct ProvisionCleanUpTests {
    private static let host = HostIdentity(who: "builderd@here", boot: "now", bootedMilliseconds: .max)
    private static let state = "s3://state-bucket/hello/demo/terraform.tfstate"
    private static let lockPath = "state-bucket/hello/demo/terraform.tfstate.tflock"
    private static let task = "0123456789abcdef"

    /// A fixture with the record of the task, and a lock that `who` took; its tools push a state as `push` exits.
    private func fixture(who: String? = "builderd@here", boot: String = "before", push: Int = 0) async throws
        -> StageFixture
    {
        let fixture = try StageFixture(script: "echo \"$*\" >> \"$FIXTURE/arguments\"; exit \(push)")
        try await LockRecords(directory: fixture.settings.terraformDirectory).write(
            LockRecord(
                state: Self.state,
                task: Self.task,
                execution: StageFixture.execution,
                who: Self.host.who,
                boot: boot,
                workspace: fixture.workspace,
                startedMilliseconds: 1_700_000_000_000
            )
        )
        if let who {
            let lock =
                #"{"ID":"1b4e","Operation":"OperationTypeApply","Who":""# + who
                + #"","Created":"2026-06-15T11:00:00Z"}"#
            fixture.cloud.change { $0.objects[Self.lockPath] = Array(lock.utf8) }
        }
        return fixture
    }

    private func cleanUp(_ fixture: StageFixture) async throws {
        await ProvisionStage(environment: fixture.environment, host: Self.host).cleanUp(try fixture.context(.provision))
    }

    private func records(_ fixture: StageFixture) throws -> [LockRecord] {
        try LockRecords(directory: fixture.settings.terraformDirectory).of(task: Self.task)
    }

    @Test func `the lock of a task that a power loss cut off is released without its workspace`() async throws {
        let fixture = try await fixture()
        try await cleanUp(fixture)
        #expect(fixture.cloud.now.objects.isEmpty)
        #expect(try records(fixture).isEmpty)
    }

    @Test func `somebody else's lock stays, and the record is done with`() async throws {
        let fixture = try await fixture(who: "builderd@there")
        try await cleanUp(fixture)
        #expect(fixture.cloud.now.objects.keys.sorted() == [Self.lockPath])
        #expect(try records(fixture).isEmpty)
    }

    @Test func `a lock of a task that may be at work stays, and so does its record`() async throws {
        // No tool's folder proves that it is over.
        let fixture = try await fixture(boot: "now")
        try await cleanUp(fixture)
        #expect(fixture.cloud.now.objects.keys.sorted() == [Self.lockPath])
        #expect(try records(fixture).map(\.overMilliseconds) == [nil])
    }

    @Test func `a lock that cannot be asked for stays for the next attempt, which knows that its holder is over`()
        async throws
    {
        let fixture = try await fixture()
        fixture.cloud.change { $0.faults["GET"] = ScriptedCloud.refusal("AccessDenied", status: 403) }
        try await cleanUp(fixture)
        #expect(try records(fixture).map { $0.overMilliseconds != nil } == [true])
        fixture.cloud.change { $0.faults = [:] }
        try await cleanUp(fixture)
        #expect(fixture.cloud.now.objects.isEmpty)
    }

    @Test func `a service that compares no entity tags gets the lock deleted after a second look`() async throws {
        let fixture = try await fixture()
        fixture.cloud.change { $0.comparesEntityTags = false }
        try await cleanUp(fixture)
        #expect(fixture.cloud.now.objects.isEmpty)
        #expect(fixture.cloud.now.calls.count { $0 == "GET " + Self.lockPath } == 2)
    }

    @Test func `a task without a record asks nothing`() async throws {
        let fixture = try await fixture()
        try LockRecords(directory: fixture.settings.terraformDirectory).remove(state: Self.state, task: Self.task)
        try await cleanUp(fixture)
        #expect(fixture.cloud.now.calls.isEmpty)
    }

    @Test func `a state that could not be saved is pushed, after the lock is gone`() async throws {
        let fixture = try await fixture()
        try fixture.folder.write("workspace/terraform/errored.tfstate", "{}")
        try await cleanUp(fixture)
        #expect(try fixture.text("arguments") == "state push -lock-timeout=30s errored.tfstate\n")
        #expect(!FileManager.default.fileExists(atPath: fixture.workspace + "/terraform/errored.tfstate"))
        #expect(fixture.cloud.now.objects.isEmpty)
        #expect(!hasCopy(fixture))
    }

    /// Whether a state is kept on the host.
    private func hasCopy(_ fixture: StageFixture) -> Bool {
        FileManager.default.fileExists(atPath: fixture.settings.terraformDirectory + "/errored/\(Self.task).tfstate")
    }

    @Test(arguments: [true, false])
    func `a push that is stopped leaves the state beside its place, or else on this host`(isReachable: Bool)
        async throws
    {
        let fixture = try await fixture()
        try fixture.folder.write("workspace/terraform/errored.tfstate", "{\"serial\":7}")
        if !isReachable {
            for method in ["PUT", "GET"] {
                fixture.cloud.change { $0.faults[method] = ScriptedCloud.refusal("AccessDenied", status: 403) }
            }
        }
        let copy = fixture.settings.terraformDirectory + "/errored/\(Self.task).tfstate"
        let runtime = InMemoryTaskRuntime { _, _ in
            #expect(FileManager.default.fileExists(atPath: copy), "a push may be the last thing that happens")
            return ToolExit(
                status: nil,
                signal: 15,
                stopped: true,
                standardOutput: "/nonexistent",
                standardError: "/nonexistent"
            )
        }
        await ProvisionStage(environment: fixture.environment, host: Self.host).cleanUp(
            try fixture.context(.provision, runtime: runtime)
        )
        #expect(runtime.ran.contains("terraform-state-push"))
        let object = fixture.cloud.now.objects["state-bucket/hello/demo/errored/\(Self.task).tfstate"]
        #expect(object.map { String(decoding: $0, as: UTF8.self) } == (isReachable ? "{\"serial\":7}" : nil))
        #expect(hasCopy(fixture) != isReachable)
    }

    @Test func `a state is kept on this host when no tool can be started`() async throws {
        var fixture = try await fixture()
        fixture.settings.toolCredentials = .profile(name: "absent", file: fixture.folder.path + "/absent")
        try fixture.folder.write("workspace/terraform/errored.tfstate", "{\"serial\":7}")
        try await cleanUp(fixture)
        #expect(try fixture.text("state/terraform/errored/\(Self.task).tfstate") == "{\"serial\":7}")
    }

    @Test func `a state that cannot be pushed is kept beside it under the key, or else on this host`() async throws {
        let kept = "state-bucket/hello/demo/errored/\(Self.task).tfstate"
        let fixture = try await fixture(push: 1)
        try fixture.folder.write("workspace/terraform/errored.tfstate", "{\"serial\":7}")
        try await cleanUp(fixture)
        #expect(fixture.cloud.now.objects[kept].map { String(decoding: $0, as: UTF8.self) } == "{\"serial\":7}")
        #expect(fixture.cloud.now.objectKeys[kept] == "alias/builderd")
        #expect(!hasCopy(fixture))

        let offline = try await self.fixture(push: 1)
        try offline.folder.write("workspace/terraform/errored.tfstate", "{\"serial\":7}")
        offline.cloud.change { $0.faults["PUT"] = ScriptedCloud.refusal("AccessDenied", status: 403) }
        try await cleanUp(offline)
        #expect(try offline.text("state/terraform/errored/\(Self.task).tfstate") == "{\"serial\":7}")
        #expect(try offline.mode("state/terraform/errored/\(Self.task).tfstate") == "600")
    }
}
