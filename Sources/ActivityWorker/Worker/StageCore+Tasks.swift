import Logging
import Synchronization

/// The tasks that a stage has, and what is to be seen of it.
extension StageCore {
    /// The worker has `task` from now on. Interrupted or handed over at once when the worker is.
    ///
    /// - Parameter takesSlot: for a task that an earlier process left; one from a poll has its slot already.
    func began(_ task: RunningTask, takesSlot: Bool = false) {
        let (interrupted, handedOver, busy, deadline) = state.withLock { state in
            state.running[task.claim.id] = task
            if takesSlot { state.ledger.taskAdopted() }
            return (state.interruptedAt != nil, state.isHandingOver, state.ledger.busy, state.stopBy)
        }
        if takesSlot { observe(.slotsBusy(busy)) }
        if interrupted { task.interrupt(by: deadline) } else if handedOver { task.handOver() }
    }

    /// The worker is done with `task`; if it came from a poll its slot is free again.
    func finished(_ task: RunningTask, freesSlot: Bool) {
        let now = now
        let (waiter, busy) = state.withLock { state in
            state.running[task.claim.id] = nil
            if freesSlot { state.ledger.taskEnded() }
            Self.turn(&state, now)
            return (Self.grant(&state), state.ledger.busy)
        }
        waiter?.resume(returning: true)
        if freesSlot { observe(.slotsBusy(busy)) }
    }

    /// Whether a slot is free to poll and none does.
    private static func isToTurn(_ state: State) -> Bool {
        state.ledger.phase == .running && !state.ledger.isPaused && state.ledger.busy < state.ledger.slots
            && state.polls.isEmpty
    }

    /// Ends the task of this id or claim for an operator, and records that, in the journal and in the task's log.
    func cancel(_ name: String, by who: String) async -> TaskCancellation {
        let task = state.withLock { $0.running[name] ?? $0.running.values.first { $0.identity?.id == name } }
        guard let task else { return .unknown }
        let record = WorkerRecord.ofCancellation(by: who, atMilliseconds: dependencies.clock.wallMilliseconds())
        let answer = task.cancel(by: who) { [dependencies, logger = logger(for: task)] in
            logger.notice("\(who) cancels the task")
            do throws(JournalError) {
                try await dependencies.journal.record(record, claim: task.claim)
                return true
            } catch {
                logger.error("after a crash the task would run on, cancelled as it is: \(error.message)")
                return false
            }
        }
        let isRecorded = await task.cancelRecorded()
        return answer == .cancelled && !isRecorded ? .cancelledUnrecorded : answer
    }

    /// Whether another task of this worker has the same identity.
    func hasAnother(than task: RunningTask, withID id: String) -> Bool {
        state.withLock { $0.running.values.contains { $0 !== task && $0.identity?.id == id } }
    }

    func snapshot() -> StageSnapshot {
        let now = now
        return state.withLock { state in
            StageSnapshot(
                stage: configuration.stage,
                phase: state.ledger.phase,
                slots: state.ledger.slots,
                busy: state.ledger.busy,
                openPolls: state.polls.values.sorted().map { now - $0 },
                lastCompletedPoll: state.lastCompletedPoll.map { now - $0 },
                idle: Self.isToTurn(state) ? state.lastTurn.map { now - $0 } : nil,
                problem: state.problem?.text,
                tasks: state.running.values.map { $0.snapshot(at: now) }.sorted { $0.age > $1.age },
                paused: state.ledger.isPaused
            )
        }
    }
}
