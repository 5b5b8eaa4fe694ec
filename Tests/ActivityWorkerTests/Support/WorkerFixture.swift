import ActivityWorker
import OpenSSLDigest
import Testing
import TestSupport

/// A worker with everything around it under a test's control.
struct WorkerFixture: Sendable {
    let service = StubService()
    let clock = ManualClock()
    let log = LogLines()
    let events = WorkerEvents()
    let folder: TemporaryFolder
    let journal: NotingJournal

    init() throws {
        folder = try TemporaryFolder()
        journal = NotingJournal(service)
    }

    var workspaces: String { folder.path + "/work" }

    func dependencies(
        journal: (any TaskJournal)? = nil,
        tools: ClosureTools? = nil,
        orphansEnded: @escaping @Sendable () async -> Void = {}
    ) -> WorkerDependencies {
        WorkerDependencies(
            service: service,
            journal: journal ?? self.journal,
            clock: clock.clock,
            random: { 0.5 },
            digest: { SHA256.digest($0).array },
            decode: { (text, _) throws(TaskFailure) in try decodeEnvelope(text) },
            makeRedactor: { _ in WordRedactor() },
            boot: "this boot",
            tools: tools
                ?? ClosureTools { _, _ in throw TaskFailure("Builder.ToolMissing", message: "none", next: "install it")
                },
            workspaceDirectory: workspaces,
            orphansEnded: orphansEnded,
            observer: events,
            logger: log.logger
        )
    }

    func worker(
        slots: Int = 1,
        pollCeiling: Int? = nil,
        recovery: StageConfiguration.Recovery = .own,
        journal: (any TaskJournal)? = nil,
        tools: ClosureTools? = nil,
        stage: @escaping @Sendable (TaskContext) async throws -> String = { _ in "{}" },
        cleanUp: @escaping @Sendable (TaskContext) async -> Void = { _ in },
        orphansEnded: @escaping @Sendable () async -> Void = {}
    ) -> StageWorker {
        StageWorker(
            configuration: StageConfiguration(
                stage: "bakery",
                activity: "arn:aws:states:eu-central-1:000000000000:activity:bakery",
                workerName: "w1",
                slots: slots,
                pollCeiling: pollCeiling,
                stopBudget: .seconds(60),
                version: "1.2.3",
                recovery: recovery
            ),
            dependencies: dependencies(journal: journal, tools: tools, orphansEnded: orphansEnded),
            handler: ClosureStage(stage, cleanUp: cleanUp)
        )
    }

    /// Runs `worker` beside `body`, then drains it and waits for its return.
    func running(_ worker: StageWorker, _ body: () async throws -> Void) async throws {
        let run = Task { try await worker.run() }
        let result: Result<Void, any Error>
        do {
            try await body()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        worker.drain()
        // As many as there may be open polls; the worker takes none once it drains.
        for _ in 0..<64 { service.releasePoll() }
        try await run.value
        try result.get()
    }

    /// Waits until a slot that was taken is free again.
    func slotFreed() async {
        await events.all.wait { events in
            let busy = events.compactMap { if case .slotsBusy(let count) = $0 { count } else { nil } }
            return busy.contains(1) && busy.last == 0
        }
    }

    /// Waits for the journal's line that a token was closed, and returns how.
    @discardableResult
    func closed(_ token: String) async -> String {
        let prefix = "close \(token): "
        await service.state.wait {
            $0.calls.contains { if case .note(let text) = $0 { text.hasPrefix(prefix) } else { false } }
        }
        for case .note(let text) in service.state.value.calls where text.hasPrefix(prefix) {
            return String(text.dropFirst(prefix.count))
        }
        return ""
    }
}

extension WorkerDependencies {
    /// The first 16 hex digits of SHA-256, as the worker identifies inputs.
    func stepDigest(_ text: String) -> String { ShortHash.of(Array(text.utf8), digest) }

    /// A task's id, as the worker makes it.
    func identifier(stage: String, header: TaskHeader) -> String { header.taskID(stage: stage, digest) }
}
