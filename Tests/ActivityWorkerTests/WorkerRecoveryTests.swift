import ActivityWorker
import TestSupport
import Testing

@Suite("What an earlier process left", .timeLimit(.minutes(1)))
struct WorkerRecoveryTests {
    @Test
    func `the tools of a task that was cut off are ended before its failure is reported, and its token is kept alive`()
        async throws
    {
        let fixture = try WorkerFixture()
        let state = fixture.folder.path + "/state"
        let claim = ClaimRecord(
            id: "0011223344556677",
            stage: "bakery",
            activity: "arn:aws:states:eu-central-1:000000000000:activity:bakery",
            claimedMilliseconds: 0,
            token: TaskToken("t1"),
            input: envelope(heartbeat: 300),
            boot: "an earlier boot",
            received: BootInstant(sinceBoot: .seconds(4000))
        )
        do {
            let earlier = try FileJournal(folder: state, logger: fixture.log.logger)
            try await earlier.claim(claim)
        }
        let folders = Watched<[String]>([])
        let over = Watched(false)
        var tools = ClosureTools { _, _ in throw TaskFailure("X", message: "a stage ran", next: "") }
        tools.leftOvers = { folder in
            folders.update { $0.append(folder) }
            await over.wait { $0 }
        }
        let journal = try FileJournal(folder: state, logger: fixture.log.logger)
        try await fixture.running(fixture.worker(journal: journal, tools: tools)) {
            await folders.wait { !$0.isEmpty }
            await fixture.clock.ticking {
                await fixture.service.state.wait { $0.beats("t1") >= 2 }
                #expect(fixture.service.state.value.reports.isEmpty, "reported while a tool was still at work")
                over.update { $0 = true }
                await fixture.service.state.wait { !$0.reports.isEmpty }
            }
        }
        #expect(folders.value.count == 1)
        #expect(folders.value.first?.hasPrefix(fixture.workspaces + "/") == true)
        #expect(folders.value.first?.hasSuffix("/tools") == true)
        guard case .failure(_, "Builder.Interrupted", _) = fixture.service.state.value.reports.first else {
            Issue.record("reported \(String(describing: fixture.service.state.value.reports.first))")
            return
        }
    }
}
