import ActivityWorker
import FoundationEssentials
import TestSupport
import Testing

@Suite("Pause, resume and cancel", .timeLimit(.minutes(1)))
struct WorkerPauseTests {
    /// A stage that notes its beginning and waits until it is cancelled, as one does that waits for a tool.
    private func waiting(_ fixture: WorkerFixture, _ release: Watched<Bool>)
        -> @Sendable (TaskContext) async throws -> String
    {
        let service = fixture.service
        return { context in
            service.note("stage began")
            await withTaskCancellationHandler {
                await release.wait { $0 }
            } onCancel: {
                release.update { $0 = true }
            }
            try await context.ephemeral("after") {}
            return "{}"
        }
    }

    @Test func `a paused stage opens no poll, works what an open one brings, and polls again when resumed`()
        async throws
    {
        let fixture = try WorkerFixture()
        let worker = fixture.worker(slots: 2)
        try await fixture.running(worker) {
            await fixture.service.state.wait { $0.openPolls == 2 }
            worker.pause()
            #expect(worker.snapshot().paused && worker.snapshot().phase == .running)
            fixture.service.schedule("late", envelope())
            #expect(await fixture.closed("late") == "reported success")
            fixture.service.releasePoll()
            await fixture.service.state.wait { $0.openPolls == 0 }
            fixture.service.schedule("waits", envelope())
            // Both slots ask for a poll before this one's answer can come.
            for _ in 0..<1000 { await Task.yield() }
            #expect(fixture.service.state.value.calls.filter { $0 == .poll }.count == 2)
            worker.resume()
            #expect(!worker.snapshot().paused)
            #expect(await fixture.closed("waits") == "reported success")
        }
    }

    @Test func `a stage that is paused before it runs polls nothing, and can be drained`() async throws {
        let fixture = try WorkerFixture()
        let worker = fixture.worker(slots: 3)
        worker.pause()
        let run = Task { try await worker.run() }
        while worker.snapshot().phase != .running { await Task.yield() }
        worker.drain()
        try await run.value
        #expect(fixture.service.state.value.calls.isEmpty)
    }

    @Test(arguments: ["id", "claim"])
    func `a cancelled task is stopped and reported as Builder.Cancelled, with who asked`(by name: String) async throws {
        let fixture = try WorkerFixture()
        let release = Watched(false)
        let worker = fixture.worker(stage: waiting(fixture, release))
        fixture.service.schedule("t1", envelope())
        try await fixture.running(worker) {
            await fixture.service.state.wait { $0.calls.contains(.note("stage began")) }
            let task = try #require(worker.snapshot().tasks.first)
            #expect(await worker.cancel("0123456789abcdef", by: "user alice") == .unknown)
            #expect(!release.value)
            #expect(
                await worker.cancel(name == "id" ? try #require(task.id) : task.claim, by: "user alice") == .cancelled
            )
            #expect(await fixture.closed("t1") == "reported failure Builder.Cancelled")
        }
        guard case .failure(_, "Builder.Cancelled", let cause) = fixture.service.state.value.reports.first else {
            Issue.record("\(fixture.service.state.value.reports)")
            return
        }
        #expect(cause.contains("user alice cancelled the task"))
        // In the release's story, by its fields.
        let line = try #require(fixture.log.lines.value.first { $0.text == "user alice cancels the task" })
        #expect(line.metadata["BUILDERD_TASK"] != nil && line.metadata["BUILDERD_EXECUTION"] != nil)
        #expect(fixture.service.state.value.reports.count == 1)
    }

    @Test func `once the wish to cancel is answered it is on disk`() async throws {
        let fixture = try WorkerFixture()
        let state = fixture.folder.path + "/state"
        let release = Watched(false)
        // A stage that takes no notice, so that the claim stays open.
        let worker = fixture.worker(journal: try FileJournal(folder: state, logger: fixture.log.logger)) { _ in
            fixture.service.note("stage began")
            await release.wait { $0 }
            return "{}"
        }
        fixture.service.schedule("t1", envelope())
        try await fixture.running(worker) {
            await fixture.service.state.wait { $0.calls.contains(.note("stage began")) }
            let claim = try #require(worker.snapshot().tasks.first?.claim)
            #expect(await worker.cancel(claim, by: #"user "alice""#) == .cancelled)
            // What a process would find that came after a crash.
            let copy = fixture.folder.path + "/copy"
            try FileManager.default.copyItem(atPath: state, toPath: copy)
            let found = try await FileJournal(folder: copy, logger: fixture.log.logger).recover { _ in true }
            let record = try #require(found.first?.steps.last { $0.name == "builderd:cancelled" })
            #expect(record.kind == .step && record.result == #""user \"alice\"""#)
            release.update { $0 = true }
            await fixture.service.state.wait { !$0.reports.isEmpty }
        }
    }

    @Test func `a wish to cancel that cannot be written down is done all the same, and said`() async throws {
        let fixture = try WorkerFixture()
        let release = Watched(false)
        let worker = fixture.worker(stage: waiting(fixture, release))
        fixture.service.schedule("t1", envelope())
        try await fixture.running(worker) {
            await fixture.service.state.wait { $0.calls.contains(.note("stage began")) }
            fixture.journal.failing.update { $0.record = true }
            let claim = try #require(worker.snapshot().tasks.first?.claim)
            #expect(await worker.cancel(claim, by: "user alice") == .cancelledUnrecorded)
            #expect(await fixture.closed("t1") == "reported failure Builder.Cancelled")
        }
    }

    @Test func `a task whose stage is over is not cancelled any more`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.state.update { $0.reportOutage = .of(.transient) }
        fixture.service.schedule("t1", envelope())
        let worker = fixture.worker()
        try await fixture.running(worker) {
            await fixture.service.state.wait { !$0.reports.isEmpty }
            let task = try #require(worker.snapshot().tasks.first)
            #expect(await worker.cancel(task.claim, by: "user alice") == .tooLate)
            fixture.service.state.update { $0.reportOutage = nil }
            await fixture.clock.ticking { _ = await fixture.closed("t1") }
        }
        #expect(fixture.service.state.value.reports.last == .success("t1", output: "{}"))
    }

    @Test func `pauses are kept in the state folder, and a damaged file goes to the quarantine`() async throws {
        let fixture = try WorkerFixture()
        let folder = fixture.folder.path + "/state"
        let pause = StagePause(stage: "bakery", by: "user alice", sinceMilliseconds: 1_795_000_000_000)
        let first = try FileJournal(folder: folder, logger: fixture.log.logger)
        #expect(first.pauses() == [])
        try await first.keep([pause])
        first.close()
        let second = try FileJournal(folder: folder, logger: fixture.log.logger)
        #expect(second.pauses() == [pause])
        try fixture.folder.write("state/paused.json", "{\"schema\":")
        #expect(second.pauses() == [])
        #expect(fixture.log.lines.value.contains { $0.text.contains("no stage is paused any more") })
        try await second.keep([])
        #expect(second.pauses() == [])
        second.close()
        #expect(try FileJournal(folder: folder, logger: fixture.log.logger).counts.quarantined == 1)
    }
}
