import Synchronization

/// A journal that forgets everything with the process: for benchmarks and tests, never for work.
package final class MemoryJournal: TaskJournal {
    private struct State {
        var open: [String: TaskReport?] = [:]
        var history: [ClosingRecord] = []
        var closed = 0
    }

    private let state = Mutex(State())
    private let historyLimit: Int

    /// A journal that keeps the last `historyLimit` endings. Default 100.
    package init(historyLimit: Int = 100) { self.historyLimit = historyLimit }

    /// Nothing: it has no earlier process.
    package func recover(_ mine: @Sendable (_ stage: String) -> Bool) async -> [RecoveredTask] { [] }

    /// Keeps the claim.
    package func claim(_ claim: ClaimRecord) async throws(JournalError) {
        state.withLock { $0.open[claim.id] = .some(nil) }
    }

    /// Nothing: no later process will ask.
    package func record(_ step: StepRecord, claim: ClaimRecord) async throws(JournalError) {}

    /// Keeps the outcome.
    package func outcome(_ report: TaskReport, claim: ClaimRecord, atMilliseconds: Int64) async throws(JournalError) {
        state.withLock { $0.open[claim.id] = .some(report) }
    }

    /// Forgets the claim and keeps its ending.
    package func close(_ claim: ClaimRecord, _ closing: ClosingRecord) async throws(JournalError) {
        state.withLock { state in
            state.open[claim.id] = nil
            state.closed += 1
            // Twice the limit and halved, so that dropping old ones costs nothing per task.
            if state.history.count >= 2 * historyLimit { state.history.removeFirst(state.history.count - historyLimit) }
            state.history.append(closing)
        }
    }

    /// Never any.
    package func obstacle() async -> JournalError? { nil }

    /// What it holds.
    package var counts: JournalCounts {
        state.withLock {
            JournalCounts(open: $0.open.count, history: min($0.history.count, historyLimit), quarantined: 0)
        }
    }

    /// The last endings, oldest first.
    package var endings: [ClosingRecord] { state.withLock { Array($0.history.suffix(historyLimit)) } }
}
