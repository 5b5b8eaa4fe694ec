/// Who may poll. Pure accounting: slots in use, polls open, and whether polling goes on at all.
package struct SlotLedger: Sendable {
    /// What a free slot is told.
    package enum Permission: Sendable, Hashable {
        /// Poll now.
        case granted
        /// As many polls are open as may be.
        case wait
        /// No further poll will be opened: the slot's loop ends.
        case stop
    }

    /// Tasks at once.
    package private(set) var slots: Int
    /// Polls at once.
    package private(set) var ceiling: Int
    /// Slots in use.
    package private(set) var busy = 0
    /// Polls open.
    package private(set) var openPolls = 0
    /// Where the worker is in its life.
    package private(set) var phase = StageSnapshot.Phase.idle
    /// Whether an operator wants no polls for now. Open ones are not aborted.
    package var isPaused = false

    /// A ledger with all slots free.
    package init(slots: Int, ceiling: Int) {
        self.slots = slots
        self.ceiling = ceiling
    }

    /// Polling begins, unless a drain came first.
    package mutating func start() {
        if phase == .idle { phase = .running }
    }

    /// From now on there are `slots`, at least one. Polls and tasks above that number go on; nothing follows them.
    package mutating func resize(_ slots: Int) {
        // A ceiling of its own stays one.
        ceiling = ceiling == self.slots ? max(1, slots) : min(ceiling, max(1, slots))
        self.slots = max(1, slots)
    }

    /// A free slot asks to poll; a granted poll counts as open until `pollFinished`.
    package mutating func requestPoll() -> Permission {
        guard phase == .running else { return .stop }
        guard !isPaused, openPolls < ceiling, openPolls + busy < slots else { return .wait }
        openPolls += 1
        return .granted
    }

    /// An open poll was answered; `brought` a task, its slot is busy until `taskEnded`.
    package mutating func pollFinished(brought task: Bool) {
        openPolls -= 1
        if task { busy += 1 }
    }

    /// A task that an earlier process left takes a slot, whether one is free or not.
    package mutating func taskAdopted() { busy += 1 }

    /// A slot is free again.
    package mutating func taskEnded() { busy -= 1 }

    /// No further polls. Called again, or with `interrupting`, stages are cancelled. Returns whether they are to be now.
    package mutating func drain(interrupting: Bool) -> Bool {
        switch phase {
        case .stopped, .interrupted: return false
        case .draining:
            phase = .interrupted
            return true
        case .idle, .running:
            phase = interrupting ? .interrupted : .draining
            return interrupting
        }
    }

    /// The worker has returned.
    package mutating func stop() { phase = .stopped }

    /// Whether a task that arrives now is late.
    package var isDraining: Bool { phase != .running }
}
