import ActivityWorker
import FoundationEssentials

/// Which stages an operator has paused: in the journal first, then in the workers.
actor StagePauses {
    private let journal: FileJournal
    private let workers: [String: StageWorker]
    private var pauses: [String: StagePause]
    /// The last change; each waits for the one before, as they replace one file.
    private var last: Task<Void, any Error>?

    /// Pauses the workers of the stages that were paused when an earlier process ended. `workers` must not run yet.
    init(journal: FileJournal, workers: [StageWorker]) {
        self.journal = journal
        let named = workers.map { ($0.snapshot().stage, $0) }
        self.workers = Dictionary(named) { $1 }
        let kept = journal.pauses()
        pauses = Dictionary(kept.map { ($0.stage, $0) }) { $1 }
        for pause in kept { self.workers[pause.stage]?.pause() }
    }

    /// Who paused which stage, by stage.
    var current: [String: StagePause] { pauses }

    /// Pauses stages; returns those that were not paused.
    func pause(_ stages: [String], by who: String) async throws -> [String] {
        let now = Int64(Date.now.timeIntervalSince1970 * 1000)
        return try await change { pauses in
            let new = stages.filter { pauses[$0] == nil }
            for stage in new { pauses[stage] = StagePause(stage: stage, by: who, sinceMilliseconds: now) }
            return new
        }
    }

    /// Resumes stages; returns those that were paused.
    func resume(_ stages: [String]) async throws -> [String] {
        try await change { pauses in
            stages.filter { pauses.removeValue(forKey: $0) != nil }
        }
    }

    private func change(_ body: @escaping @Sendable (inout [String: StagePause]) -> [String]) async throws -> [String] {
        let before = last
        let task = Task { () throws -> [String] in
            _ = await before?.result
            return try await self.apply(body)
        }
        last = Task { _ = try await task.value }
        return try await task.value
    }

    private func apply(_ body: @Sendable (inout [String: StagePause]) -> [String]) async throws -> [String] {
        var next = pauses
        let changed = body(&next)
        guard !changed.isEmpty else { return [] }
        try await journal.keep(Array(next.values))
        pauses = next
        for stage in changed {
            if next[stage] == nil { workers[stage]?.resume() } else { workers[stage]?.pause() }
        }
        return changed
    }
}
