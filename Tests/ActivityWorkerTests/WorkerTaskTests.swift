import ActivityWorker
import FoundationEssentials
import Testing

@Suite("One task's way through the worker", .timeLimit(.minutes(1)))
struct WorkerTaskTests {
    @Test func `a ping is answered by the worker, journalled, without heartbeat or stage`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope("ping", heartbeat: 1))
        try await fixture.running(fixture.worker { _ in throw TaskFailure("X", message: "stage ran", next: "") }) {
            #expect(await fixture.closed("t1") == "reported success")
        }
        let calls = fixture.service.state.value.calls
        #expect(
            Array(calls.prefix(5)) == [
                .poll, .note("claim t1"), .note("outcome t1"),
                .success("t1", output: #"{"ping":"ok","stage":"bakery","worker":"w1","version":"1.2.3"}"#),
                .note("close t1: reported success"),
            ]
        )
    }

    @Test func `claim, heartbeat, stage, outcome, report, close come in this order`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope())
        let service = fixture.service
        try await fixture.running(
            fixture.worker { context in
                service.note("stage \(context.header.execution)")
                return #"{"image":"hunter22"}"#
            }
        ) { await fixture.closed("t1") }
        #expect(
            Array(service.state.value.calls.prefix(8)) == [
                .poll, .note("claim t1"), .heartbeat("t1"), .note("step builderd:stop-budget"), .note("stage e1"),
                .note("outcome t1"),
                .success("t1", output: #"{"image":"***"}"#), .note("close t1: reported success"),
            ]
        )
    }

    @Test func `the context has a private workspace that is gone afterwards`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope())
        let seen = Watched<(String, Int)?>(nil)
        try await fixture.running(
            fixture.worker { context in
                let attributes = try FileManager.default.attributesOfItem(atPath: context.workspace)
                try Data("x".utf8).write(to: URL(filePath: context.workspace + "/file"))
                seen.update { $0 = (context.workspace, attributes[.posixPermissions] as? Int ?? 0) }
                #expect(context.id.count == 16 && context.workspace.hasSuffix("/" + context.id))
                return "{}"
            }
        ) { await fixture.closed("t1") }
        let (path, mode) = try #require(seen.value)
        #expect(mode == 0o700)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: ["nonsense", "", "run 300 7200", "run x 7200 e"])
    func `an envelope that cannot be read is failed with what was found`(input: String) async throws {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", input)
        try await fixture.running(fixture.worker()) {
            #expect(await fixture.closed("t1") == "reported failure Builder.InputInvalid")
        }
        guard case .failure(_, _, let cause) = fixture.service.state.value.reports[0] else {
            return #expect(Bool(false))
        }
        #expect(cause.contains("“\(input)”"))
    }

    @Test func `heartbeatSeconds without room to stop in is refused before anything starts`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope(heartbeat: 119))
        try await fixture.running(fixture.worker { _ in throw TaskFailure("X", message: "", next: "") }) {
            #expect(await fixture.closed("t1") == "reported failure Builder.InputInvalid")
        }
        #expect(fixture.service.state.value.beats("t1") == 0)
    }

    struct Odd: Error, CustomStringConvertible { var description: String { "odd hunter22" } }

    @Test func `a stage's failure keeps its name, and an error without one becomes Builder.Internal, both redacted`()
        async throws
    {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope(execution: "named"))
        fixture.service.schedule("t2", envelope(execution: "odd"))
        try await fixture.running(
            fixture.worker { context in
                if context.header.execution == "odd" { throw Odd() }
                throw TaskFailure(
                    "Bakery.BuildFailed",
                    message: "with hunter22",
                    next: "look",
                    step: "build",
                    detail: "hunter22 tail"
                )
            }
        ) {
            #expect(await fixture.closed("t1") == "reported failure Bakery.BuildFailed")
            #expect(await fixture.closed("t2") == "reported failure Builder.Internal")
        }
        let causes = fixture.service.state.value.reports.compactMap {
            if case .failure(_, _, let cause) = $0 { cause } else { nil }
        }
        #expect(
            causes[0].contains("with ***") && causes[0].contains("*** tail") && causes[0].contains("\"step\":\"build\"")
        )
        #expect(causes[1].contains("odd ***"))
        #expect(!causes.joined().contains("hunter22"))
    }

    @Test func `output over the limit is a failure with its size`() async throws {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope())
        try await fixture.running(fixture.worker { _ in "\"" + String(repeating: "x", count: 300_000) + "\"" }) {
            #expect(await fixture.closed("t1") == "reported failure Builder.OutputTooLarge")
        }
    }

    @Test func `a claim that cannot be recorded is failed for a retry, and nothing is started or polled until it can`()
        async throws
    {
        let fixture = try WorkerFixture()
        fixture.journal.failing.update { $0.claim = true }
        fixture.service.schedule("t1", envelope())
        try await fixture.running(fixture.worker { _ in throw TaskFailure("X", message: "stage ran", next: "") }) {
            #expect(await fixture.closed("t1") == "reported failure Builder.Interrupted")
            fixture.journal.failing.update { $0 = .init(claim: false, outcome: false, obstacle: true) }
            fixture.service.releasePoll()
            // Answered at once and empty: the next poll waits, and meets the obstacle.
            await fixture.clock.advanceToSleeper(in: .milliseconds(200))
            await fixture.log.lines.wait { $0.contains { $0.text.contains("no task is claimed") } }
            let polls = fixture.service.state.value.calls.filter { $0 == .poll }.count
            fixture.journal.failing.update { $0.obstacle = false }
            await fixture.clock.advanceToNext()
            await fixture.service.state.wait { $0.calls.filter { $0 == .poll }.count == polls + 1 }
        }
    }

    @Test func `an outcome that cannot be recorded is reported all the same`() async throws {
        let fixture = try WorkerFixture()
        fixture.journal.failing.update { $0.outcome = true }
        fixture.service.schedule("t1", envelope())
        try await fixture.running(fixture.worker()) { #expect(await fixture.closed("t1") == "reported success") }
    }

    @Test func `no token is ever logged, and every line of a task names it`() async throws {
        let fixture = try WorkerFixture()
        let token = "very-secret-token-0123456789"
        fixture.service.state.update { $0.reportErrors = [.of(.transient), .of(.throttled)] }
        fixture.service.state.update { $0.heartbeatErrors = [.of(.transient)] }
        fixture.service.schedule(token, envelope())
        try await fixture.running(fixture.worker { try await $0.step("one", inputs: 1) { "{}" } }) {
            for delay in [1, 0.5, 1] { await fixture.clock.advanceToSleeper(in: .seconds(delay)) }
            await fixture.closed(token)
        }
        let lines = fixture.log.lines.value
        #expect(!lines.contains { "\($0)".contains(token) })
        let claimed = try #require(lines.first { $0.text == "task claimed" })
        #expect(claimed.metadata["BUILDERD_STAGE"] == "bakery" && claimed.metadata["BUILDERD_EXECUTION"] == "e1")
        #expect(claimed.metadata["BUILDERD_APPLICATION"] == "hello" && claimed.metadata["BUILDERD_TASK"]?.count == 16)
        #expect(claimed.metadata["MESSAGE_ID"]?.count == 32)
        #expect(lines.contains { $0.metadata["BUILDERD_STEP"] == "one" })
        #expect(
            lines.contains {
                $0.text == "task reported success" && $0.metadata["MESSAGE_ID"] != claimed.metadata["MESSAGE_ID"]
            }
        )
    }
}
