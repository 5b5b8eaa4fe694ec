import ActivityWorker
import Testing

@Suite("Between a stage that failed and its report", .timeLimit(.minutes(1)))
struct WorkerCleanUpTests {
    private static let failed = TaskFailure("Bakery.BuildFailed", message: "it broke", next: "mend it")

    @Test func `a limit that passes during the clean-up leaves the failure what it was`() async throws {
        let fixture = try WorkerFixture()
        let clock = fixture.clock
        let stages = Watched<[TaskContext]>([])
        fixture.service.schedule("t1", envelope(heartbeat: 300, timeout: 200))
        let worker = fixture.worker { context in
            stages.update { $0.append(context) }
            throw Self.failed
        } cleanUp: { _ in
            // Of the 200 s, 60 are kept for stopping.
            clock.advance(by: .seconds(141))
            // The stage's own context sees to it that the limit has been noticed.
            await #expect(throws: LeaseLost(reason: .timedOut)) {
                try await stages.value.first?.ephemeral("late") {}
            }
        }
        try await fixture.running(worker) {
            #expect(await fixture.closed("t1") == "reported failure Bakery.BuildFailed")
        }
    }

    @Test func `an interruption during the clean-up leaves the failure what it was`() async throws {
        let fixture = try WorkerFixture()
        let cleans = Watched(false)
        let isOver = Watched(false)
        fixture.service.schedule("t1", envelope())
        let worker = fixture.worker { _ in
            throw Self.failed
        } cleanUp: { _ in
            cleans.update { $0 = true }
            await isOver.wait { $0 }
        }
        try await fixture.running(worker) {
            await cleans.wait { $0 }
            worker.interrupt()
            isOver.update { $0 = true }
            #expect(await fixture.closed("t1") == "reported failure Bakery.BuildFailed")
        }
    }

    @Test func `a token that dies during the clean-up leaves nothing to report`() async throws {
        let fixture = try WorkerFixture()
        let service = fixture.service
        let cleans = Watched(false)
        let stages = Watched<[TaskContext]>([])
        service.schedule("t1", envelope())
        let worker = fixture.worker { context in
            stages.update { $0.append(context) }
            throw Self.failed
        } cleanUp: { _ in
            cleans.update { $0 = true }
            // Until the loss has been noticed.
            while (try? await stages.value.first?.ephemeral("late") {}) != nil { await Task.yield() }
        }
        try await fixture.running(worker) {
            await cleans.wait { $0 }
            service.state.update { $0.heartbeatErrors = [.of(.taskTimedOut, "TaskTimedOut")] }
            await fixture.clock.advanceToSleeper(in: .seconds(20))
            #expect(await fixture.closed("t1") == "lease lost: timedOut")
        }
        #expect(service.state.value.reports.isEmpty)
    }

    /// The stage is stopped 60 s before the limit, and takes `late` seconds to end.
    @Test(arguments: [(0, 55), (30, 25), (58, 5)])
    func `after the state's time limit the clean-up leaves time to report`(late: Int, budget: Int) async throws {
        let fixture = try WorkerFixture()
        let (service, clock) = (fixture.service, fixture.clock)
        service.schedule("t1", envelope(heartbeat: 300, timeout: 200))
        let forever = BootInstant(sinceBoot: .seconds(1_000_000))
        let start = clock.now
        let worker = fixture.worker { _ in
            service.note("stage began")
            do {
                try await clock.clock.sleep(forever)
            } catch {
                clock.advance(by: .seconds(late))
                throw error
            }
            return "{}"
        } cleanUp: { _ in
            service.note("cleaning")
            try? await clock.clock.sleep(forever)
        }
        try await fixture.running(worker) {
            await service.state.wait { $0.calls.contains(.note("stage began")) }
            while clock.now < start + .seconds(140) { await clock.advanceToNext(of: 3) }
            await service.state.wait { $0.calls.contains(.note("cleaning")) }
            await clock.advanceToSleeper(in: .seconds(budget))
            #expect(await fixture.closed("t1") == "reported failure Builder.TimedOut")
        }
        #expect(
            fixture.log.lines.value.contains {
                $0.text.hasPrefix("cleaning up after the task took longer than \(budget) s")
            }
        )
    }
}
