import ActivityWorker
import FoundationEssentials
import Logging
import TestSupport
import Testing

@Suite("Tasks that an earlier process left", .timeLimit(.minutes(1)))
struct WorkerResumeTests {
    private let fixture: WorkerFixture
    private var state: String { fixture.folder.path + "/state" }

    init() throws { fixture = try WorkerFixture() }

    private func open() throws -> FileJournal { try FileJournal(folder: state, logger: fixture.log.logger) }

    private func claim(boot: String = "this boot") -> ClaimRecord {
        ClaimRecord(
            id: "0011223344556677",
            stage: "bakery",
            activity: "arn:aws:states:eu-central-1:000000000000:activity:bakery",
            claimedMilliseconds: ManualClock.wallStart,
            token: TaskToken("t1"),
            input: envelope(),
            boot: boot,
            received: BootInstant(sinceBoot: .seconds(4990))
        )
    }

    private static let invocation = ToolInvocation(
        executable: "/bin/true",
        arguments: [],
        environment: [:],
        workingDirectory: "/",
        stop: ToolStopPolicy(grace: .seconds(1))
    )

    private func exit(_ folder: String) -> ToolExit {
        ToolExit(status: 0, signal: nil, stopped: false, standardOutput: folder, standardError: folder)
    }

    /// A stage of two steps around a tool, which waits for `release` in its second step.
    private func stage(
        _ runs: Watched<[String]>,
        release: Watched<Bool>? = nil,
        invocation: ToolInvocation = invocation
    ) -> @Sendable (TaskContext) async throws -> String {
        { context in
            let first = try await context.step("first", inputs: [1]) {
                runs.update { $0.append("first") }
                return "one"
            }
            _ = try await context.tool("build", invocation)
            let second = try await context.step("second", inputs: [first]) {
                runs.update { $0.append("second") }
                await release?.wait { $0 }
                return "two"
            }
            return "[\"\(first)\",\"\(second)\"]"
        }
    }

    private func tools(_ runs: Watched<[String]>, adoptions: Watched<[Bool]> = Watched([])) -> ClosureTools {
        var tools = ClosureTools { _, folder in
            runs.update { $0.append("build") }
            return ToolExit(status: 0, signal: nil, stopped: false, standardOutput: folder, standardError: folder)
        }
        tools.contexts = { context in adoptions.update { $0.append(context.isAdoption) } }
        return tools
    }

    @Test func `a task is resumed and reported before polling may begin, and polling waits`() async throws {
        let runs = Watched<[String]>([])
        let before = try open()
        try await before.claim(claim())
        before.close()
        let mayBegin = Watched(false)
        let worker = fixture.worker(journal: try open(), tools: tools(runs), stage: stage(runs))
        let run = Task { try await worker.run { await mayBegin.wait { $0 } } }
        await fixture.service.state.wait { !$0.reports.isEmpty }
        #expect(runs.value == ["first", "build", "second"])
        #expect(!fixture.service.state.value.calls.contains(.poll))
        mayBegin.update { $0 = true }
        await fixture.service.state.wait { $0.openPolls == 1 }
        worker.drain()
        fixture.service.releasePoll()
        try await run.value
    }

    @Test func `a handed-over task ends nowhere, and its successor runs only what was not recorded`() async throws {
        let runs = Watched<[String]>([])
        let release = Watched(false)
        let first = try open()
        let worker = fixture.worker(journal: first, tools: tools(runs), stage: stage(runs, release: release))
        fixture.service.schedule("t1", envelope())
        let run = Task { try await worker.run() }
        await runs.wait { $0 == ["first", "build", "second"] }
        worker.prepareHandOver()
        await worker.pollsClosed()
        worker.handOver()
        // A step in progress is waited for, and recorded.
        release.update { $0 = true }
        try await run.value
        #expect(fixture.service.state.value.reports.isEmpty)
        #expect(first.counts.open == 1)
        first.close()

        let second = try open()
        try await fixture.running(fixture.worker(journal: second, tools: tools(runs), stage: stage(runs))) {
            await fixture.service.state.wait { !$0.reports.isEmpty }
        }
        #expect(fixture.service.state.value.reports == [.success("t1", output: #"["one","two"]"#)])
        #expect(runs.value == ["first", "build", "second"], "a recorded step or tool ran again")
        second.close()
    }

    @Test func `a tool that was begun and is not known to be over is adopted`() async throws {
        let runs = Watched<[String]>([])
        let adoptions = Watched<[Bool]>([])
        try await leave(steps: [("first", "\"one\"")], begun: true)
        let journal = try open()
        let worker = fixture.worker(journal: journal, tools: tools(runs, adoptions: adoptions), stage: stage(runs))
        try await fixture.running(worker) { await fixture.service.state.wait { !$0.reports.isEmpty } }
        #expect(fixture.service.state.value.reports == [.success("t1", output: #"["one","two"]"#)])
        #expect(adoptions.value == [true])
        #expect(runs.value == ["build", "second"])
        #expect(fixture.log.lines.value.contains { $0.text.hasPrefix("tool adopted") })
    }

    @Test func `a tool is adopted whatever grace, environment and place are configured for it now`() async throws {
        let runs = Watched<[String]>([])
        let adoptions = Watched<[Bool]>([])
        try await leave(steps: [("first", "\"one\"")], begun: true)
        var invocation = Self.invocation
        invocation.executable = "/usr/bin/true"
        invocation.environment = ["LANG": "C"]
        invocation.stop.grace = .seconds(99)
        let journal = try open()
        let worker = fixture.worker(
            journal: journal,
            tools: tools(runs, adoptions: adoptions),
            stage: stage(runs, invocation: invocation)
        )
        try await fixture.running(worker) { await fixture.service.state.wait { !$0.reports.isEmpty } }
        #expect(fixture.service.state.value.reports == [.success("t1", output: #"["one","two"]"#)])
        #expect(adoptions.value == [true])
    }

    @Test func `a tool that was begun with other arguments is ended, and its task retried`() async throws {
        let runs = Watched<[String]>([])
        let ended = Watched<[String]>([])
        try await leave(steps: [("first", "\"one\"")], begun: true)
        var invocation = Self.invocation
        invocation.arguments = ["other"]
        var tools = tools(runs)
        tools.leftOvers = { folder in ended.update { $0.append(folder) } }
        let journal = try open()
        let worker = fixture.worker(journal: journal, tools: tools, stage: stage(runs, invocation: invocation))
        try await fixture.running(worker) { await fixture.service.state.wait { !$0.reports.isEmpty } }
        guard case .failure(_, "Builder.Interrupted", _) = fixture.service.state.value.reports.first else {
            Issue.record("\(fixture.service.state.value.reports)")
            return
        }
        #expect(runs.value.isEmpty && !ended.value.isEmpty)
    }

    @Test(arguments: [(120, 180), (30, 240)])
    func `a resumed task keeps the time for stopping that it began with, if that is longer`(
        budget: Int,
        left: Int
    ) async throws {
        let runs = Watched<[String]>([])
        let leases = Watched<[BootInstant]>([])
        try await leave(steps: [("first", "\"one\"")], begun: true, budget: budget)
        var tools = tools(runs)
        tools.leases = { _, deadline in leases.update { $0.append(deadline) } }
        let start = fixture.clock.now
        let journal = try open()
        try await fixture.running(fixture.worker(journal: journal, tools: tools, stage: stage(runs))) {
            await fixture.service.state.wait { !$0.reports.isEmpty }
        }
        #expect(leases.value.first == start + .seconds(left))
    }

    @Test func `a step that another version did from other inputs ends the task for a retry, its tools first`()
        async throws
    {
        let runs = Watched<[String]>([])
        let ended = Watched<[String]>([])
        try await leave(steps: [("first", "\"one\"")], digest: "0000000000000000", begun: true)
        var tools = tools(runs)
        tools.leftOvers = { folder in ended.update { $0.append(folder) } }
        let journal = try open()
        try await fixture.running(fixture.worker(journal: journal, tools: tools, stage: stage(runs))) {
            await fixture.service.state.wait { !$0.reports.isEmpty }
        }
        guard case .failure(_, "Builder.Interrupted", let cause) = fixture.service.state.value.reports.first else {
            Issue.record("\(fixture.service.state.value.reports)")
            return
        }
        #expect(cause.contains("before builderd was started anew"))
        #expect(runs.value.isEmpty && !ended.value.isEmpty)
    }

    @Test func `in another boot nothing is resumed: the stage cleans up and the task is failed at once`() async throws {
        let runs = Watched<[String]>([])
        let cleaned = Watched<[String]>([])
        try await leave(steps: [("first", "\"one\"")], begun: true, boot: "an earlier boot")
        let journal = try open()
        let worker = fixture.worker(
            journal: journal,
            tools: tools(runs),
            stage: stage(runs),
            cleanUp: { context in cleaned.update { $0.append(context.id) } }
        )
        try await fixture.running(worker) { await fixture.service.state.wait { !$0.reports.isEmpty } }
        guard case .failure(_, "Builder.Interrupted", _) = fixture.service.state.value.reports.first else {
            Issue.record("\(fixture.service.state.value.reports)")
            return
        }
        #expect(runs.value.isEmpty)
        #expect(cleaned.value.count == 1)
    }

    @Test(arguments: ["this boot", "an earlier boot"])
    func `a task that was cancelled before a crash is not gone on with, and not retried`(boot: String) async throws {
        let runs = Watched<[String]>([])
        try await leave(steps: [("builderd:cancelled", #""user alice""#)], begun: true, boot: boot)
        let journal = try open()
        try await fixture.running(fixture.worker(journal: journal, tools: tools(runs), stage: stage(runs))) {
            await fixture.service.state.wait { !$0.reports.isEmpty }
        }
        guard case .failure(_, "Builder.Cancelled", let cause) = fixture.service.state.value.reports.first else {
            Issue.record("\(fixture.service.state.value.reports)")
            return
        }
        #expect(cause.contains("user alice cancelled the task"))
        #expect(runs.value.isEmpty)
    }

    @Test func `a token that died meanwhile is recorded, and its tools are ended`() async throws {
        let runs = Watched<[String]>([])
        let ended = Watched<[String]>([])
        try await leave(steps: [("first", "\"one\"")], begun: true)
        fixture.service.state.update { $0.heartbeatOutage = .of(.taskTimedOut, "TaskTimedOut") }
        var tools = tools(runs)
        tools.leftOvers = { folder in ended.update { $0.append(folder) } }
        let journal = try open()
        try await fixture.running(fixture.worker(journal: journal, tools: tools, stage: stage(runs))) {
            await ended.wait { !$0.isEmpty }
            await fixture.service.state.wait { _ in journal.counts.open == 0 || !ended.value.isEmpty }
        }
        #expect(fixture.service.state.value.reports.isEmpty)
        #expect(journal.counts == JournalCounts(open: 0, history: 1, quarantined: 0))
        #expect(runs.value.isEmpty)
    }

    @Test func `of a damaged record the tools are over before its token is failed, and it is kept alive`() async throws
    {
        try fixture.folder.write("state/tasks/0011223344556677/claim.json", #"{"schema":1,"token":"t1"}"#)
        let journal = try open()
        let over = Watched(false)
        let asked = Watched(false)
        let worker = fixture.worker(
            recovery: .ownAndAllExcept(["bakery"]),
            journal: journal,
            tools: tools(Watched([])),
            orphansEnded: {
                asked.update { $0 = true }
                await over.wait { $0 }
            }
        )
        try await fixture.running(worker) {
            await asked.wait { $0 }
            await fixture.clock.ticking {
                await fixture.service.state.wait { $0.beats("t1") >= 2 }
                #expect(fixture.service.state.value.reports.isEmpty)
                over.update { $0 = true }
                await fixture.service.state.wait { !$0.reports.isEmpty }
            }
        }
        guard case .failure("t1", "Builder.Interrupted", _) = fixture.service.state.value.reports.first else {
            Issue.record("\(fixture.service.state.value.reports)")
            return
        }
    }

    @Test func `a resumed task takes a slot, and one more is not polled for`() async throws {
        let runs = Watched<[String]>([])
        let release = Watched(false)
        try await leave(steps: [("first", "\"one\"")], begun: true)
        let journal = try open()
        let worker = fixture.worker(journal: journal, tools: tools(runs), stage: stage(runs, release: release))
        try await fixture.running(worker) {
            await runs.wait { $0.contains("second") }
            #expect(worker.snapshot().busy == 1 && worker.snapshot().openPolls.isEmpty)
            release.update { $0 = true }
            await fixture.service.state.wait { $0.openPolls == 1 }
        }
        #expect(fixture.service.state.value.reports.count == 1)
    }

    @Test func `a step that cannot be recorded is not a task that fails`() async throws {
        let runs = Watched<[String]>([])
        fixture.journal.failing.update { $0.record = true }
        fixture.service.schedule("t1", envelope())
        try await fixture.running(fixture.worker(tools: tools(runs), stage: stage(runs))) { await fixture.closed("t1") }
        #expect(fixture.service.state.value.reports == [.success("t1", output: #"["one","two"]"#)])
        #expect(fixture.log.lines.value.contains { $0.level == .error && $0.text.contains("cannot be recorded") })
    }

    @Test func `a tool is on record before it is started, a step before the next begins`() async throws {
        let runs = Watched<[String]>([])
        let service = fixture.service
        var tools = tools(runs)
        let body = tools.body
        tools.body = { invocation, folder in
            service.note("tool runs")
            return try await body(invocation, folder)
        }
        fixture.service.schedule("t1", envelope())
        try await fixture.running(fixture.worker(tools: tools, stage: stage(runs))) { await fixture.closed("t1") }
        let notes = service.state.value.calls.compactMap { if case .note(let text) = $0 { text } else { nil } }
        #expect(
            notes == [
                "claim t1", "step builderd:stop-budget", "step first", "tool build begun", "tool runs", "tool build",
                "step second", "outcome t1",
                "close t1: reported success",
            ]
        )
    }

    @Test func `the lease's deadline is handed to the tools before the first of them, and after each heartbeat`()
        async throws
    {
        let leases = Watched<[BootInstant]>([])
        let release = Watched(false)
        let runs = Watched<[String]>([])
        var tools = tools(runs)
        tools.leases = { _, deadline in leases.update { $0.append(deadline) } }
        fixture.service.schedule("t1", envelope(heartbeat: 300))
        let start = fixture.clock.now
        try await fixture.running(fixture.worker(tools: tools, stage: stage(runs, release: release))) {
            await runs.wait { $0.contains("second") }
            // Sent at once, and 60 s of the 300 are kept for stopping.
            #expect(leases.value == [start + .seconds(240)])
            await fixture.clock.advanceToSleeper(in: .seconds(20))
            await leases.wait { $0.count == 2 }
            #expect(leases.value.last == start + .seconds(260))
            release.update { $0 = true }
            await fixture.closed("t1")
        }
    }

    /// What a process leaves that was killed in the middle of a task.
    private func leave(
        steps: [(String, String)],
        digest: String? = nil,
        begun: Bool,
        budget: Int? = nil,
        boot: String = "this boot"
    ) async throws {
        let journal = try open()
        let claim = claim(boot: boot)
        try await journal.claim(claim)
        let worker = fixture.dependencies()
        let inputs = digest ?? worker.stepDigest("[1]")
        for (name, result) in steps {
            let record = StepRecord(kind: .step, name: name, inputs: inputs, result: result, recordedMilliseconds: 0)
            try await journal.record(record, claim: claim)
        }
        if let budget {
            let record = StepRecord(
                kind: .step,
                name: "builderd:stop-budget",
                inputs: "",
                result: "\(budget * 1000)",
                recordedMilliseconds: 0
            )
            try await journal.record(record, claim: claim)
        }
        if begun {
            // As it stands in journals: written otherwise, a tool at work would not be known again.
            let text = #"{"arguments":[],"program":"true","workingDirectory":"\/"}"#
            let record = StepRecord(
                kind: .tool,
                name: "build",
                inputs: worker.stepDigest(text),
                result: nil,
                recordedMilliseconds: 0
            )
            try await journal.record(record, claim: claim)
        }
        journal.close()
        let header = try decodeEnvelope(claim.input)
        let workspace = "\(fixture.workspaces)/\(worker.identifier(stage: "bakery", header: header))"
        try FileManager.default.createDirectory(atPath: workspace, withIntermediateDirectories: true)
    }
}
