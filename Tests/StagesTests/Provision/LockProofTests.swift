import FoundationEssentials
import Stages
import TestSupport
import Testing

/// When the holder of a lock is proved dead, and when not.
struct LockProofTests {
    private static let state = "s3://states/hello/demo/terraform.tfstate"
    private static let host = HostIdentity(who: "builderd@here", boot: "now", bootedMilliseconds: 5_000)
    private static let lock = StateLock(id: "1b4e", who: "builderd@here", operation: "", createdMilliseconds: 2_000)

    private let folder: TemporaryFolder
    private let records: LockRecords

    init() throws {
        folder = try TemporaryFolder()
        records = LockRecords(directory: folder.path + "/terraform")
    }

    /// Writes the record of a task with one tool, `terraform-apply`, that printed `output`.
    private func note(
        _ task: String = "first",
        state: String = state,
        who: String = "builderd@here",
        boot: String = "now",
        started: Int64 = 1_000,
        hasWorkspace: Bool = true,
        over: Int64? = nil,
        output: String = ""
    ) async throws {
        let workspace = folder.path + "/" + task
        var record = LockRecord(
            state: state,
            task: task,
            execution: "arn:" + task,
            who: who,
            boot: boot,
            workspace: workspace,
            startedMilliseconds: started
        )
        record.overMilliseconds = over
        try await records.write(record)
        if hasWorkspace { try folder.write("\(task)/tools/terraform-apply/stdout", output) }
    }

    private func verdict(living: Set<String> = [], lock: StateLock = lock) -> LockProof.Verdict {
        let root = folder.path
        return LockProof(directory: folder.path + "/terraform", host: Self.host) { path in
            !living.contains { path.hasPrefix("\(root)/\($0)/") }
        }.verdict(on: lock, of: Self.state)
    }

    private func isUnproved(_ verdict: LockProof.Verdict) -> Bool {
        if case .unproved = verdict { true } else { false }
    }

    private func isForeign(_ verdict: LockProof.Verdict) -> Bool { if case .foreign = verdict { true } else { false } }

    @Test func `a task of this host whose tools are over is dead`() async throws {
        try await note()
        #expect(verdict() == .dead(task: "first"))
    }

    @Test func `a task of an earlier boot is dead, whatever is left of it`() async throws {
        try await note(boot: "before", hasWorkspace: false)
        #expect(verdict(living: ["first"]) == .dead(task: "first"))
    }

    @Test func `a task that was seen to be over is dead without its workspace`() async throws {
        try await note(hasWorkspace: false, over: 2_000)
        #expect(verdict() == .dead(task: "first"))
    }

    @Test func `what was locked after a task was over, or after the machine was booted, was locked by somebody else`()
        async throws
    {
        try await note(hasWorkspace: false, over: 1_999)
        #expect(isForeign(verdict()))
        try await note(boot: "before", hasWorkspace: false)
        #expect(
            verdict(lock: StateLock(id: "x", who: "builderd@here", operation: "", createdMilliseconds: 5_000))
                == .dead(task: "first")
        )
        #expect(
            isForeign(
                verdict(lock: StateLock(id: "x", who: "builderd@here", operation: "", createdMilliseconds: 5_001))
            )
        )
    }

    @Test func `a workspace that is gone proves nothing`() async throws {
        try await note(hasWorkspace: false)
        #expect(isUnproved(verdict()))
    }

    @Test func `a task whose tool is at work is not dead`() async throws {
        try await note()
        #expect(isUnproved(verdict(living: ["first"])))
    }

    @Test func `no other task that may hold it may be at work`() async throws {
        try await note()
        try await note("second", started: 1_500)
        #expect(isUnproved(verdict(living: ["second"])))
        #expect(verdict() == .dead(task: "first"))
    }

    @Test func `a task that began after the lock was taken does not hold it`() async throws {
        try await note()
        try await note("later", started: 2_001)
        #expect(verdict(living: ["later"]) == .dead(task: "first"))
    }

    @Test func `another host's lock, one older than every task here, and another state's are not ours`() async throws {
        try await note()
        #expect(
            isForeign(
                verdict(lock: StateLock(id: "x", who: "builderd@there", operation: "", createdMilliseconds: 2_000))
            )
        )
        #expect(
            isForeign(verdict(lock: StateLock(id: "x", who: "builderd@here", operation: "", createdMilliseconds: 999)))
        )
        try records.remove(state: Self.state, task: "first")
        try await note(state: "s3://states/other/demo/terraform.tfstate")
        #expect(isForeign(verdict()))
    }

    @Test func `who was waiting for the lock when it died did not hold it, who was at work did`() async throws {
        let waiting = #"{"type":"version"}"# + "\n" + #"{"type":"state_lock_acquire"}"# + "\n"
        try await note(output: waiting)
        #expect(isUnproved(verdict()))
        try await note(output: waiting + #"{"type":"planned_change"}"# + "\n")
        #expect(verdict() == .dead(task: "first"))
        try await note(output: waiting + #"{"type":"diagnostic"}"# + "\n")
        #expect(isUnproved(verdict()))
    }

    @Test func `a record that cannot be read may be of a task that lives`() async throws {
        try await note()
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: folder.path + "/terraform/locks").first
        )
        try folder.write("terraform/locks/" + name.replacing("first", with: "second"), "{")
        #expect(isUnproved(verdict()))
    }

    @Test func `records are private, come back as they were written, and go away`() async throws {
        try await note()
        let locks = folder.path + "/terraform/locks"
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: locks).first)
        let mode = try FileManager.default.attributesOfItem(atPath: locks + "/" + name)[.posixPermissions]
        #expect(mode.flatMap { Int("\($0)") } == 0o600)
        #expect(try records.of(task: "first").map(\.state) == [Self.state])
        #expect(try records.of(task: "irst").isEmpty)
        try records.remove(state: Self.state, task: "first")
        #expect(try records.of(state: Self.state).isEmpty)
    }

    @Test func `Terraform's lock is read as it writes it`() {
        let json =
            #"{"ID":"e34fd7f0","Operation":"OperationTypeApply","Info":"","Who":"root@vm","Version":"1.11.4","Created":"2026-11-25T15:11:21.416461858Z","Path":"tfs/a"}"#
        let lock = StateLock(json: Array(json.utf8))
        #expect(lock?.id == "e34fd7f0" && lock?.who == "root@vm" && lock?.operation == "OperationTypeApply")
        #expect(lock?.createdMilliseconds == 1_795_619_481_416)
        #expect(StateLock(json: Array("{}".utf8)) == nil)
    }
}
