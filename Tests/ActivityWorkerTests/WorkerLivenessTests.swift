import ActivityWorker
import TestSupport
import Testing

@Suite("A stage that hangs is seen", .timeLimit(.minutes(1)))
struct WorkerLivenessTests {
    @Test func `a poll that is open past its deadline is a hang, one within it is none`() async throws {
        let fixture = try WorkerFixture()
        let worker = fixture.worker()
        try await fixture.running(worker) {
            await fixture.service.state.wait { $0.openPolls == 1 }
            fixture.clock.advance(by: .seconds(120))
            #expect(worker.snapshot().hang == nil)
            fixture.clock.advance(by: .seconds(1))
            #expect(worker.snapshot().hang == "a poll has been open for 121 s although its deadline is 70 s")
        }
    }

    @Test func `a free slot whose loop does not go on is a hang, until it does`() async throws {
        let fixture = try WorkerFixture()
        let journal = HangingJournal(fixture.service)
        let worker = fixture.worker(journal: journal)
        try await fixture.running(worker) {
            await fixture.service.state.wait { $0.openPolls == 1 }
            // The loop's next look at the journal does not return.
            journal.isHanging.update { $0 = true }
            fixture.service.schedule("t1", envelope())
            #expect(await fixture.closed("t1") == "reported success")
            await fixture.slotFreed()
            fixture.clock.advance(by: .seconds(120))
            #expect(worker.snapshot().hang == nil)
            fixture.clock.advance(by: .seconds(1))
            #expect(worker.snapshot().hang == "a slot is free and has not polled for 121 s")
            journal.isHanging.update { $0 = false }
            await fixture.service.state.wait { $0.openPolls == 1 }
            #expect(worker.snapshot().hang == nil)
        }
    }

    @Test func `nothing is expected of a stage that is paused, busy or not running`() async throws {
        let fixture = try WorkerFixture()
        let release = Watched(false)
        let worker = fixture.worker { _ in
            fixture.service.note("stage began")
            await release.wait { $0 }
            return "{}"
        }
        fixture.clock.advance(by: .seconds(3600))
        #expect(worker.snapshot().hang == nil)
        try await fixture.running(worker) {
            fixture.service.schedule("t1", envelope())
            await fixture.service.state.wait { $0.calls.contains(.note("stage began")) }
            fixture.clock.advance(by: .seconds(121))
            #expect(worker.snapshot().hang == nil)
            worker.pause()
            release.update { $0 = true }
            await fixture.closed("t1")
            await fixture.slotFreed()
            fixture.clock.advance(by: .seconds(3600))
            #expect(worker.snapshot().hang == nil)
            worker.resume()
            await fixture.service.state.wait { $0.openPolls == 1 }
            #expect(worker.snapshot().hang == nil)
        }
        fixture.clock.advance(by: .seconds(3600))
        #expect(worker.snapshot().hang == nil)
    }
}

/// A journal that may hang when it is asked whether it can be written.
private final class HangingJournal: TaskJournal {
    let isHanging = Watched(false)
    private let journal: NotingJournal

    init(_ service: StubService) { journal = NotingJournal(service) }

    func recover(_ mine: @Sendable (String) -> Bool) async -> [RecoveredTask] { await journal.recover(mine) }
    func claim(_ claim: ClaimRecord) async throws(JournalError) { try await journal.claim(claim) }
    func record(_ step: StepRecord, claim: ClaimRecord) async throws(JournalError) {
        try await journal.record(step, claim: claim)
    }
    func outcome(_ report: TaskReport, claim: ClaimRecord, atMilliseconds: Int64) async throws(JournalError) {
        try await journal.outcome(report, claim: claim, atMilliseconds: atMilliseconds)
    }
    func close(_ claim: ClaimRecord, _ closing: ClosingRecord) async throws(JournalError) {
        try await journal.close(claim, closing)
    }
    func obstacle() async -> JournalError? {
        await isHanging.wait { !$0 }
        return await journal.obstacle()
    }
    var counts: JournalCounts { journal.counts }
}
