import ActivityWorker
import Logging
import Testing

@Suite("Reporting until answered", .timeLimit(.minutes(1)))
struct WorkerReportTests {
    @Test(arguments: [ActivityServiceError.Kind.transient, .throttled, .denied])
    func `a report is made again until it is acknowledged, and heartbeats go on meanwhile`(
        kind: ActivityServiceError.Kind
    ) async throws {
        let fixture = try WorkerFixture()
        fixture.service.state.update { $0.reportOutage = .of(kind) }
        fixture.service.schedule("t1", envelope(heartbeat: 300))
        try await fixture.running(fixture.worker()) {
            await fixture.service.state.wait { $0.reports.count == 1 }
            let start = fixture.clock.now
            await fixture.clock.ticking {
                // Far past the heartbeat's end and the state's timeout: no deadline ends a report.
                await fixture.clock.state.wait { $0.now > start + .seconds(8000) }
                #expect(fixture.service.state.value.beats("t1") > 50)
                #expect(fixture.service.state.value.reports.count > 50)
                fixture.service.state.update { $0.reportOutage = nil }
                #expect(await fixture.closed("t1") == "reported success")
            }
        }
    }

    @Test func `a task's duration is from its receipt to the acknowledgement of its report`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.state.update { $0.reportErrors = [.of(.transient)] }
        fixture.service.schedule("t1", envelope())
        let clock = fixture.clock
        let stage: @Sendable (TaskContext) async throws -> String = { _ in
            clock.advance(by: .seconds(40))
            return "{}"
        }
        try await fixture.running(fixture.worker(stage: stage)) {
            await fixture.service.state.wait { $0.reports.count == 1 }
            await clock.advanceToSleeper(in: .milliseconds(500))
            #expect(await fixture.closed("t1") == "reported success")
        }
        let durations = fixture.events.all.value.compactMap { event -> Duration? in
            if case .reported(nil, let took) = event { took } else { nil }
        }
        #expect(durations == [.milliseconds(40_500)])
    }

    @Test func `why a task failed is in the log, redacted and on the line of its report`() async throws {
        let fixture = try WorkerFixture()
        let token = "very-secret-token-0123456789"
        fixture.service.schedule(token, envelope())
        let stage: @Sendable (TaskContext) async throws -> String = { _ in
            throw TaskFailure("Bakery.X", message: "with\nhunter22", next: "mend hunter22", detail: "evidence")
        }
        try await fixture.running(fixture.worker(stage: stage)) { await fixture.closed(token) }
        let line = try #require(fixture.log.lines.value.first { $0.text.hasPrefix("task reported failure") })
        #expect(line.text == "task reported failure Bakery.X: with *** Next: mend ***")
        #expect(line.level == .notice)
        #expect(!fixture.log.lines.value.contains { "\($0)".contains(token) })
    }

    @Test func `the cause says how to read the task's log on the host`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope())
        let id = Watched("")
        let stage: @Sendable (TaskContext) async throws -> String = { context in
            id.update { $0 = context.id }
            throw TaskFailure("Bakery.X", message: "m", next: "n")
        }
        try await fixture.running(fixture.worker(stage: stage)) { await fixture.closed("t1") }
        guard case .failure(_, _, let cause) = try #require(fixture.service.state.value.reports.first) else {
            Issue.record("no failure was reported")
            return
        }
        #expect(id.value.count == 16)
        #expect(cause.contains("\"log\":\"journalctl -u builderd BUILDERD_TASK=\(id.value)\""))
    }

    @Test func `what is wrong with polling is shown with its message, cut, and logged once however the message varies`()
        async throws
    {
        let fixture = try WorkerFixture()
        let errors = (1...3).map { number in
            ActivityServiceError(
                kind: .transient,
                code: "builderd.Transport",
                message: "no connection after \(number) ms " + String(repeating: "word ", count: 600),
                mayHaveActed: false
            )
        }
        fixture.service.state.update { $0.pollErrors = errors }
        let worker = fixture.worker()
        try await fixture.running(worker) {
            for _ in errors.dropLast() { await fixture.clock.advanceToNext() }
            await fixture.service.state.wait { $0.pollErrors.isEmpty && $0.openPolls == 0 }
            await fixture.clock.state.wait { !$0.sleepers.isEmpty }
            let problem = worker.snapshot().problem
            #expect(problem?.hasPrefix("builderd.Transport: no connection after 3 ms word word") == true)
            #expect(problem?.hasSuffix("word …") == true && (900...1002).contains(problem?.count ?? 0))
            await fixture.clock.advanceToNext()
            await fixture.service.state.wait { $0.openPolls == 1 }
        }
        #expect(fixture.log.lines.value.filter { $0.text.contains("fails") }.count == 1)
    }

    @Test func `heartbeats begin for a ping whose first report fails`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.state.update { $0.reportOutage = .of(.transient) }
        fixture.service.schedule("t1", envelope("ping", heartbeat: 30))
        try await fixture.running(fixture.worker()) {
            await fixture.clock.ticking {
                await fixture.service.state.wait { $0.beats("t1") >= 3 }
                fixture.service.state.update { $0.reportOutage = nil }
                #expect(await fixture.closed("t1") == "reported success")
            }
        }
    }

    @Test(arguments: [(false, "lease lost: cancelled"), (true, "closed, possibly by us")])
    func `a dead token after a failed attempt is closed by whether we may have done it`(acted: Bool, ending: String)
        async throws
    {
        let fixture = try WorkerFixture()
        fixture.service.state.update {
            $0.reportErrors = [.of(.transient, acted: acted), .of(.taskDoesNotExist, "TaskDoesNotExist")]
        }
        fixture.service.schedule("t1", envelope("ping"))
        try await fixture.running(fixture.worker()) {
            await fixture.clock.advanceToSleeper(in: .milliseconds(500))
            #expect(await fixture.closed("t1") == ending)
        }
    }

    @Test func `an output that the service refuses becomes a failure`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.state.update { $0.reportErrors = [.of(.invalidOutput, "InvalidOutput")] }
        fixture.service.schedule("t1", envelope())
        try await fixture.running(fixture.worker()) {
            #expect(await fixture.closed("t1") == "reported failure Builder.Internal")
        }
    }

    @Test(arguments: [
        ActivityServiceError.Kind.transient, .throttled, .denied, .activityDoesNotExist, .refused, .taskTimedOut,
        .taskDoesNotExist, .invalidOutput,
    ])
    func `no poll error ends a poller, and the same error is logged once`(kind: ActivityServiceError.Kind) async throws
    {
        let fixture = try WorkerFixture()
        let errors = (0..<20).map { _ in ActivityServiceError.of(kind) }
        fixture.service.state.update { $0.pollErrors = errors }
        try await fixture.running(fixture.worker()) {
            let start = fixture.clock.now
            for _ in errors { await fixture.clock.advanceToNext() }
            await fixture.service.state.wait { $0.openPolls == 1 && $0.pollErrors.isEmpty }
            #expect(fixture.clock.now - start <= .seconds(20 * 30))
            fixture.service.schedule("t1", envelope("ping"))
            #expect(await fixture.closed("t1") == "reported success")
        }
        let lines = fixture.log.lines.value.filter { $0.text.contains("polling") }
        #expect(lines.map { $0.text.contains("fails") } == [true, false])
        #expect(lines[0].level >= .warning)
    }
}
