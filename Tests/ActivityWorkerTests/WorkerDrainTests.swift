import ActivityWorker
import Logging
import TestSupport
import Testing

@Suite("Drain, interrupt and recovery", .timeLimit(.minutes(1)))
struct WorkerDrainTests {
    private func stage(_ fixture: WorkerFixture, release: Watched<Bool>)
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

    @Test func `a drain waits for the running task, heartbeats go on, no poll is opened`() async throws {
        let fixture = try WorkerFixture()
        let release = Watched(false)
        let worker = fixture.worker(stage: stage(fixture, release: release))
        fixture.service.schedule("t1", envelope())
        let run = Task { try await worker.run() }
        await fixture.service.state.wait { $0.calls.contains(.note("stage began")) }
        worker.drain()
        #expect(worker.snapshot().phase == .draining)
        for beat in 2...10 {
            await fixture.clock.advanceToSleeper(in: .seconds(20))
            await fixture.service.state.wait { $0.beats("t1") == beat }
        }
        release.update { $0 = true }
        try await run.value
        #expect(await fixture.closed("t1") == "reported success")
        #expect(fixture.service.state.value.calls.filter { $0 == .poll }.count == 1)
        #expect(worker.snapshot().phase == .stopped)
    }

    @Test(arguments: ["run", "ping"])
    func `an open poll is not aborted, and what it brings late is failed for a retry`(action: String) async throws {
        let fixture = try WorkerFixture()
        let worker = fixture.worker { _ in throw TaskFailure("X", message: "stage ran", next: "") }
        let run = Task { try await worker.run() }
        await fixture.service.state.wait { $0.openPolls == 1 }
        worker.drain()
        fixture.service.schedule("t1", envelope(action))
        try await run.value
        #expect(await fixture.closed("t1") == "reported failure Builder.Draining")
        #expect(fixture.service.state.value.calls.filter { $0 == .poll }.count == 1)
    }

    @Test func `cancelling run interrupts, but does not cancel an open poll`() async throws {
        let fixture = try WorkerFixture()
        let worker = fixture.worker()
        let run = Task { try await worker.run() }
        await fixture.service.state.wait { $0.openPolls == 1 }
        run.cancel()
        #expect(worker.snapshot().phase == .interrupted && fixture.service.state.value.openPolls == 1)
        fixture.service.schedule("t1", envelope())
        try await run.value
        #expect(await fixture.closed("t1") == "reported failure Builder.Draining")
        #expect(!fixture.service.state.value.calls.contains(.note("poll was cancelled")))
    }

    @Test(arguments: [false, true])
    func `a second drain stops the stage and reports Builder.Interrupted after it ended`(bySecondDrain: Bool)
        async throws
    {
        let fixture = try WorkerFixture()
        let release = Watched(false)
        let worker = fixture.worker(stage: stage(fixture, release: release))
        fixture.service.schedule("t1", envelope())
        let run = Task { try await worker.run() }
        await fixture.service.state.wait { $0.calls.contains(.note("stage began")) }
        if bySecondDrain {
            worker.drain()
            #expect(!release.value)
            worker.drain()
        } else {
            worker.interrupt()
        }
        try await run.value
        #expect(release.value)
        #expect(await fixture.closed("t1") == "reported failure Builder.Interrupted")
    }

    @Test func `whatever a stage makes of being interrupted is reported as Builder.Interrupted`() async throws {
        let fixture = try WorkerFixture()
        let worker = fixture.worker { [service = fixture.service, clock = fixture.clock.clock] _ in
            service.note("stage began")
            try? await clock.sleep(BootInstant(sinceBoot: .seconds(1_000_000)))
            throw TaskFailure("Provision.ApplyFailed", message: "terraform was killed", next: "look", step: "apply")
        }
        fixture.service.schedule("t1", envelope())
        let run = Task { try await worker.run() }
        await fixture.service.state.wait { $0.calls.contains(.note("stage began")) }
        worker.interrupt()
        try await run.value
        #expect(await fixture.closed("t1") == "reported failure Builder.Interrupted")
        guard case .failure(_, _, let cause) = fixture.service.state.value.reports[0] else {
            return #expect(Bool(false))
        }
        #expect(cause.contains("Provision.ApplyFailed") && cause.contains("\"step\":\"apply\""))
    }

    @Test func `a worker that is drained before it runs polls nothing`() async throws {
        let fixture = try WorkerFixture()
        let worker = fixture.worker(slots: 4)
        worker.drain()
        try await worker.run()
        #expect(fixture.service.state.value.calls.isEmpty)
    }

    @Test func `a drain ends a poller's back-off at once`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.state.update { $0.pollErrors = [.of(.denied)] }
        let worker = fixture.worker()
        let run = Task { try await worker.run() }
        await fixture.clock.state.wait { !$0.sleepers.isEmpty }
        worker.drain()
        try await run.value
        #expect(fixture.clock.now == BootInstant(sinceBoot: .seconds(5000)))
    }

    @Test func `an outcome that an interrupted worker could not report is reported by the next one`() async throws {
        let fixture = try WorkerFixture()
        let state = fixture.folder.path + "/state"
        fixture.service.state.update { $0.reportOutage = .of(.transient, acted: true) }
        fixture.service.schedule("t1", envelope())
        let journal = try FileJournal(folder: state, logger: fixture.log.logger)
        let first = fixture.worker(journal: journal) { _ in #"{"image":"ami-1"}"# }
        let run = Task { try await first.run() }
        await fixture.service.state.wait { $0.reports.count == 1 }
        first.interrupt()
        try await fixture.clock.ticking { try await run.value }
        #expect(journal.counts == JournalCounts(open: 1, history: 0, quarantined: 0))
        journal.close()

        fixture.service.state.update { $0.reportOutage = nil }
        let second = try FileJournal(folder: state, logger: fixture.log.logger)
        let reports = fixture.service.state.value.reports.count
        try await fixture.running(fixture.worker(journal: second)) {
            await fixture.service.state.wait { $0.reports.count > reports }
        }
        #expect(fixture.service.state.value.reports.last == .success("t1", output: #"{"image":"ami-1"}"#))
        #expect(second.counts == JournalCounts(open: 0, history: 1, quarantined: 0))
        #expect(fixture.log.lines.value.contains { $0.text == "task reported success" })
    }

    @Test func `a claim without an outcome is failed as interrupted at the next start, once`() async throws {
        let fixture = try WorkerFixture()
        let state = fixture.folder.path + "/state"
        // What a process that was killed in the middle of a task leaves.
        let killed = try FileJournal(folder: state, logger: fixture.log.logger)
        for (number, stage) in ["bakery", "provision", "retired"].enumerated() {
            try await killed.claim(
                ClaimRecord(
                    id: "00000000000000a\(number)",
                    stage: stage,
                    activity: "arn",
                    claimedMilliseconds: Int64(number),
                    token: TaskToken("t\(number)"),
                    input: envelope(execution: "e\(number)"),
                    boot: "an earlier boot",
                    received: BootInstant(sinceBoot: .seconds(4000))
                )
            )
        }
        killed.close()

        let journal = try FileJournal(folder: state, logger: fixture.log.logger)
        let recovery = StageConfiguration.Recovery.ownAndAllExcept(["bakery", "provision"])
        try await fixture.running(fixture.worker(recovery: recovery, journal: journal)) {
            await fixture.service.state.wait { $0.reports.count == 2 }
        }
        let failed = fixture.service.state.value.reports.compactMap {
            if case .failure(let token, "Builder.Interrupted", _) = $0 { token } else { nil }
        }
        // The provision worker's is left to it; that of a stage that no worker has is answered too.
        #expect(Set(failed) == ["t0", "t2"])
        #expect(journal.counts == JournalCounts(open: 1, history: 2, quarantined: 0))
        journal.close()

        let third = try FileJournal(folder: state, logger: fixture.log.logger)
        let left = await third.recover { _ in true }
        #expect(left.map(\.claim.token) == [TaskToken("t1")])
    }

    @Test func `slots and the ceiling bound open polls`() async throws {
        let fixture = try WorkerFixture()
        let worker = fixture.worker(slots: 5, pollCeiling: 3)
        try await fixture.running(worker) {
            await fixture.service.state.wait { $0.openPolls == 3 }
            let snapshot = worker.snapshot()
            #expect(
                snapshot.openPolls.count == 3 && snapshot.slots == 5 && snapshot.busy == 0 && snapshot.phase == .running
            )
            for number in 0..<40 { fixture.service.schedule("p\(number)", envelope("ping")) }
            for number in 0..<40 { await fixture.closed("p\(number)") }
        }
        #expect(fixture.service.state.value.mostOpenPolls == 3)
    }

    @Test func `the snapshot shows the task and its step`() async throws {
        let fixture = try WorkerFixture()
        let release = Watched(false)
        let worker = fixture.worker { context in
            try await context.step("build", inputs: 0) {
                await release.wait { $0 }
                return "{}"
            }
        }
        fixture.service.schedule("t1", envelope())
        try await fixture.running(worker) {
            while worker.snapshot().tasks.first?.step == nil { await Task.yield() }
            fixture.clock.advance(by: .seconds(5))
            let task = try #require(worker.snapshot().tasks.first)
            #expect(task.step == "build" && task.execution == "e1" && task.application == "hello")
            #expect(task.age == .seconds(5) && task.leaseLeft == .seconds(235) && !task.isReporting)
            #expect(worker.snapshot().busy == 1 && worker.snapshot().openPolls.isEmpty)
            release.update { $0 = true }
        }
    }
}
