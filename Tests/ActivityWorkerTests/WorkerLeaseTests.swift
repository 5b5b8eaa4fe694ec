import ActivityWorker
import Testing

@Suite("The lease of a running task", .timeLimit(.minutes(1)))
struct WorkerLeaseTests {
    /// A stage that ends only when it is cancelled, and notes both.
    private func waits(_ fixture: WorkerFixture) -> @Sendable (TaskContext) async throws -> String {
        let (service, clock) = (fixture.service, fixture.clock)
        return { context in
            service.note("stage began")
            do {
                try await clock.clock.sleep(BootInstant(sinceBoot: .seconds(1_000_000)))
            } catch {
                service.note("stage cancelled")
                try await context.ephemeral("after") {}
            }
            return "{}"
        }
    }

    private func began(_ fixture: WorkerFixture) async {
        await fixture.service.state.wait { $0.calls.contains(.note("stage began")) }
    }

    @Test func `the stage starts only once a first heartbeat is acknowledged`() async throws {
        let fixture = try WorkerFixture()
        let service = fixture.service
        service.state.update { $0.heartbeatErrors = [.of(.transient), .of(.throttled)] }
        service.schedule("t1", envelope())
        try await fixture.running(
            fixture.worker { _ in
                service.note("beats \(service.state.value.beats("t1"))")
                return "{}"
            }
        ) {
            await fixture.clock.advanceToSleeper(in: .seconds(1))
            await fixture.clock.advanceToSleeper(in: .seconds(2))
            #expect(await fixture.closed("t1") == "reported success")
        }
        #expect(service.state.value.calls.contains(.note("beats 3")))
    }

    @Test func `heartbeats go on every 20 s while the stage runs`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope(timeout: 7200))
        let worker = fixture.worker(stage: waits(fixture))
        try await fixture.running(worker) {
            await began(fixture)
            for beat in 2...30 {
                await fixture.clock.advanceToSleeper(in: .seconds(20))
                await fixture.service.state.wait { $0.beats("t1") == beat }
            }
            #expect(worker.snapshot().tasks.first?.leaseLeft == .seconds(240))
            worker.interrupt()
        }
    }

    @Test(arguments: [
        (ActivityServiceError.of(.taskTimedOut, "TaskTimedOut"), "timedOut"),
        (ActivityServiceError.of(.taskDoesNotExist, "TaskDoesNotExist"), "cancelled"),
        (ActivityServiceError.of(.taskDoesNotExist, "InvalidToken"), "tokenDead"),
    ])
    func `a dead token stops the stage at once, nothing is reported, and the worker lives on`(
        error: ActivityServiceError,
        reason: String
    ) async throws {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope())
        try await fixture.running(fixture.worker(stage: waits(fixture))) {
            await began(fixture)
            fixture.service.state.update { $0.heartbeatErrors = [error] }
            await fixture.clock.advanceToSleeper(in: .seconds(20))
            #expect(await fixture.closed("t1") == "lease lost: \(reason)")
            #expect(fixture.service.state.value.reports.isEmpty)
            #expect(fixture.service.state.value.calls.contains(.note("stage cancelled")))
            #expect(
                fixture.log.lines.value.contains {
                    $0.text == "task lease lost: \(reason)" && $0.metadata["MESSAGE_ID"] != nil
                }
            )
            fixture.service.schedule("t2", envelope("ping"))
            #expect(await fixture.closed("t2") == "reported success")
        }
    }

    @Test func `a token that is dead before the first heartbeat starts nothing`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.state.update { $0.heartbeatErrors = [.of(.taskDoesNotExist, "TaskDoesNotExist")] }
        fixture.service.schedule("t1", envelope())
        try await fixture.running(fixture.worker(stage: waits(fixture))) {
            #expect(await fixture.closed("t1") == "lease lost: cancelled")
        }
        #expect(!fixture.service.state.value.calls.contains(.note("stage began")))
    }

    @Test(arguments: [ActivityServiceError.Kind.transient, .throttled, .denied, .refused])
    func `without an acknowledgement the stage is stopped exactly at the deadline, not before`(
        kind: ActivityServiceError.Kind
    ) async throws {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope(heartbeat: 300))
        try await fixture.running(fixture.worker(stage: waits(fixture))) {
            await began(fixture)
            let start = fixture.clock.now
            // The loop's first sleep is on its way before the outage begins.
            await fixture.clock.state.wait { $0.sleepers.values.contains(start + .seconds(20)) }
            fixture.service.state.update { $0.heartbeatOutage = .of(kind) }
            // Two wait at any time: the next heartbeat and the deadline at 300 − 60; and the stage.
            while fixture.clock.now < start + .seconds(240) {
                #expect(!fixture.service.state.value.calls.contains(.note("stage cancelled")))
                await fixture.clock.advanceToNext(of: 3)
            }
            #expect(fixture.clock.now == start + .seconds(240))
            #expect(await fixture.closed("t1") == "lease lost: expired")
            #expect(fixture.service.state.value.reports.isEmpty)
            #expect(fixture.service.state.value.beats("t1") > 20)
        }
    }

    @Test func `an outage that ends in time costs nothing`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope(heartbeat: 300))
        let worker = fixture.worker(stage: waits(fixture))
        try await fixture.running(worker) {
            await began(fixture)
            fixture.service.state.update { $0.heartbeatOutage = .of(.transient) }
            for _ in 0..<10 { await fixture.clock.advanceToNext(of: 3) }
            fixture.service.state.update { $0.heartbeatOutage = nil }
            let beats = fixture.service.state.value.beats("t1")
            await fixture.clock.advanceToNext(of: 3)
            await fixture.service.state.wait { $0.beats("t1") > beats }
            worker.interrupt()
            #expect(await fixture.closed("t1") == "reported failure Builder.Interrupted")
        }
    }

    @Test func `the state's timeout stops the stage while the token lives, and is reported`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope(heartbeat: 300, timeout: 200))
        try await fixture.running(fixture.worker(stage: waits(fixture))) {
            await began(fixture)
            let start = fixture.clock.now
            while fixture.clock.now < start + .seconds(140) { await fixture.clock.advanceToNext(of: 3) }
            #expect(await fixture.closed("t1") == "reported failure Builder.TimedOut")
        }
    }

    @Test func `a step entered after the deadline throws before any timer fires, as after a suspension`() async throws {
        let fixture = try WorkerFixture()
        let clock = fixture.clock
        fixture.service.schedule("t1", envelope(heartbeat: 300))
        try await fixture.running(
            fixture.worker { context in
                clock.state.update { $0.now = $0.now + .seconds(241) }
                return try await context.step("late", inputs: 0) { "{\"ran\":true}" }
            }
        ) { #expect(await fixture.closed("t1") == "lease lost: expired") }
    }
}
