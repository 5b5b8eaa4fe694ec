import ActivityWorker
import Testing

@Suite("Terms that change under a running worker", .timeLimit(.minutes(1)))
struct WorkerTermsTests {
    private func terms(_ output: String) -> StageTerms {
        StageTerms(handler: ClosureStage { _ in output }, stopBudget: .seconds(60))
    }

    @Test func `more slots poll at once, fewer let what is open end and open nothing more`() async throws {
        let fixture = try WorkerFixture()
        let worker = fixture.worker(slots: 1)
        try await fixture.running(worker) {
            await fixture.service.state.wait { $0.openPolls == 1 }
            worker.adopt(terms("{}"), slots: 3)
            await fixture.service.state.wait { $0.openPolls == 3 }
            #expect(worker.snapshot().slots == 3)
            worker.adopt(terms("{}"), slots: 1)
            #expect(worker.snapshot().slots == 1)
            // Each poll that is open brings a task; only the last is followed by another poll.
            for token in ["t1", "t2", "t3"] {
                fixture.service.schedule(token, envelope(execution: token))
                await fixture.closed(token)
            }
            await fixture.service.state.wait { $0.openPolls == 1 }
            #expect(fixture.service.state.value.calls.count { $0 == .poll } == 4)
            worker.adopt(terms("{}"), slots: 2)
            await fixture.service.state.wait { $0.openPolls == 2 }
        }
        #expect(fixture.service.state.value.mostOpenPolls == 3)
    }

    @Test func `a running task keeps the stage that it began with, the next one gets the new`() async throws {
        let fixture = try WorkerFixture()
        let gate = Watched(false)
        let worker = fixture.worker(slots: 2) { _ in
            fixture.service.note("first stage")
            await gate.wait { $0 }
            return #"{"terms":"old"}"#
        }
        fixture.service.schedule("t1", envelope())
        try await fixture.running(worker) {
            await fixture.service.state.wait { $0.calls.contains(.note("first stage")) }
            worker.adopt(terms(#"{"terms":"new"}"#), slots: 2)
            fixture.service.schedule("t2", envelope(execution: "e2"))
            await fixture.closed("t2")
            gate.update { $0 = true }
            await fixture.closed("t1")
        }
        #expect(
            fixture.service.state.value.reports == [
                .success("t2", output: #"{"terms":"new"}"#), .success("t1", output: #"{"terms":"old"}"#),
            ]
        )
    }

    @Test func `a stop budget that a state's heartbeat does not fit refuses what begins from now on`() async throws {
        let fixture = try WorkerFixture()
        let worker = fixture.worker()
        try await fixture.running(worker) {
            worker.adopt(StageTerms(handler: ClosureStage { _ in "{}" }, stopBudget: .seconds(250)), slots: 1)
            fixture.service.schedule("t1", envelope(heartbeat: 300))
            await fixture.closed("t1")
        }
        guard case .failure("t1", "Builder.InputInvalid", _)? = fixture.service.state.value.reports.first else {
            Issue.record("\(fixture.service.state.value.reports)")
            return
        }
    }

    @Test func `terms that come after a drain open no poll`() async throws {
        let fixture = try WorkerFixture()
        let worker = fixture.worker()
        try await fixture.running(worker) {
            await fixture.service.state.wait { $0.openPolls == 1 }
            worker.drain()
            worker.adopt(terms("{}"), slots: 4)
        }
        #expect(fixture.service.state.value.mostOpenPolls == 1)
    }
}
