import Logging
import Synchronization

/// What a stage's slots share: the ledger, the open polls, the tasks, and who sleeps. Everything under one lock, for moments only;
/// continuations are resumed and tasks cancelled outside it.
final class StageCore: Sendable {
    /// What a sleeper is woken by, other than time.
    enum Wake: Sendable { case drain, interrupt }

    /// Whose a task is that arrived while the worker prepared to hand over.
    enum LateFate: Sendable {
        /// The successor's, who finds it in the journal.
        case successor
        /// Nobody's here: a stop has overtaken the restart.
        case drain
        /// Nobody's here: the worker is to stop at once.
        case interrupt
    }

    struct Sleeper {
        var wake: Wake
        var task: Task<Void, Never>
    }

    struct State {
        var ledger: SlotLedger
        var terms: StageTerms
        /// Slots whose loops were asked for.
        var loops: Int
        var polls: [Int: BootInstant] = [:]
        var lastCompletedPoll: BootInstant?
        /// When a slot's loop last did anything, or was last given reason to.
        var lastTurn: BootInstant?
        /// What keeps the stage from polling, for a person, and what tells one such problem from another.
        var problem: (text: String, key: String)?
        var running: [String: RunningTask] = [:]
        var waiting: [CheckedContinuation<Bool, Never>] = []
        var sleepers: [Int: Sleeper] = [:]
        var nextSleeper = 0
        var interruptedAt: BootInstant?
        /// When the tools of interrupted tasks are to be dead; `nil` for their whole graces.
        var stopBy: BootInstant?
        /// Whether tasks that arrive while draining are claimed for a successor.
        var keepsLateTasks = false
        var isHandingOver = false
        var lateTasks: [CheckedContinuation<LateFate, Never>] = []
        /// Who waits for the last open poll.
        var pollWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: StageConfiguration
    let dependencies: WorkerDependencies
    /// The slots whose loops are to be run; ends when no further poll will be opened.
    let slotsToRun: AsyncStream<Int>
    private let slotsSource: AsyncStream<Int>.Continuation
    /// With the stage's metadata.
    let logger: Logger
    let state: Mutex<State>

    init(configuration: StageConfiguration, dependencies: WorkerDependencies, handler: any StageHandler) {
        self.configuration = configuration
        self.dependencies = dependencies
        var logger = dependencies.logger
        logger[metadataKey: LogKey.stage] = "\(configuration.stage)"
        self.logger = logger
        state = Mutex(
            State(
                ledger: SlotLedger(slots: configuration.slots, ceiling: configuration.pollCeiling),
                terms: StageTerms(handler: handler, stopBudget: configuration.stopBudget),
                loops: configuration.slots
            )
        )
        (slotsToRun, slotsSource) = AsyncStream.makeStream()
        for slot in 0..<configuration.slots { slotsSource.yield(slot) }
    }

    /// What a task that begins now is worked on.
    var terms: StageTerms { state.withLock { $0.terms } }

    /// New terms for tasks that begin from now on, and how many there may be at once.
    func adopt(_ terms: StageTerms, slots: Int) {
        let now = now
        let (new, waiters) = state.withLock { state in
            Self.turn(&state, now)
            state.terms = terms
            state.ledger.resize(slots)
            let new = state.loops..<max(state.loops, state.ledger.slots)
            state.loops = new.upperBound
            // Those that wait have loops already.
            var waiters: [CheckedContinuation<Bool, Never>] = []
            while let waiter = Self.grant(&state) { waiters.append(waiter) }
            return (new, waiters)
        }
        for slot in new { slotsSource.yield(slot) }
        for waiter in waiters { waiter.resume(returning: true) }
    }

    func observe(_ event: WorkerEvent) { dependencies.observer.observe(event, stage: configuration.stage) }
    var now: BootInstant { dependencies.clock.now() }

    // MARK: Life

    func start() { state.withLock { $0.ledger.start() } }
    func stop() { state.withLock { $0.ledger.stop() } }
    var isDraining: Bool { state.withLock { $0.ledger.isDraining } }

    /// Whether a task that arrives now is left to a successor, as nothing is started any more. An interruption counts more.
    var leavesLateTasks: Bool {
        state.withLock { $0.ledger.isDraining && $0.keepsLateTasks && $0.interruptedAt == nil }
    }

    func keepLateTasks(_ keep: Bool) {
        state.withLock { $0.keepsLateTasks = keep }
        if !keep { decideLateTasks(.drain) }
    }

    /// Returns when it is decided whose a late task is.
    func lateFate() async -> LateFate {
        await withCheckedContinuation { continuation in
            let fate: LateFate? = state.withLock { state in
                if state.interruptedAt != nil { return .interrupt }
                if state.isHandingOver { return .successor }
                if !state.keepsLateTasks { return .drain }
                state.lateTasks.append(continuation)
                return nil
            }
            if let fate { continuation.resume(returning: fate) }
        }
    }

    private func decideLateTasks(_ fate: LateFate) {
        let waiting = state.withLock { state in
            defer { state.lateTasks = [] }
            return state.lateTasks
        }
        for continuation in waiting { continuation.resume(returning: fate) }
    }

    /// No further polls; a successor is to work what arrives late, and, once `handOver` is called, everything else.
    func prepareHandOver() {
        keepLateTasks(true)
        if !isDraining { drain(interrupting: false) }
    }

    /// The tasks are the successor's: their stages end, their tools run on. Returns the tasks.
    func handOver() {
        let (tasks, sleepers) = state.withLock { state in
            state.isHandingOver = true
            return (Array(state.running.values), state.sleepers.values.map(\.task))
        }
        for task in tasks { task.handOver() }
        for sleeper in sleepers { sleeper.cancel() }
        decideLateTasks(.successor)
    }

    /// Ends steps that are still in progress.
    func endHandedOverStages() {
        for task in state.withLock({ Array($0.running.values) }) { task.cancelHandedOverStage() }
    }

    /// Whether reports are left to the successor once an attempt has failed.
    var isHandingOver: Bool { state.withLock { $0.isHandingOver && $0.interruptedAt == nil } }

    /// Returns when no poll is open.
    func pollsClosed() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if state.ledger.openPolls > 0 { state.pollWaiters.append(continuation) }
                return state.ledger.openPolls == 0
            }
            if isClosed { continuation.resume() }
        }
    }

    /// After an acknowledged heartbeat: the task's tools may go on until the new deadline.
    func extendLease(of task: RunningTask) {
        guard let workspace = task.workspace, let deadline = task.lease?.deadline, task.leaseEnd == nil else { return }
        dependencies.tools.extendLease(workspace: workspace, until: deadline, logger: logger(for: task))
    }

    /// When an interrupted worker stops trying to report; `nil` while it is not interrupted.
    var reportDeadline: BootInstant? {
        state.withLock { $0.interruptedAt }.map { $0 + configuration.interruptedReportBudget }
    }

    /// No further polls; the second time, or with `interrupting`, the stages are cancelled too.
    func drain(interrupting: Bool, by deadline: BootInstant? = nil) {
        let now = now
        let (waiting, sleepers, tasks) = state.withLock { state in
            let interrupts = state.ledger.drain(interrupting: interrupting)
            if interrupts { state.interruptedAt = now }
            if let deadline { state.stopBy = min(state.stopBy ?? deadline, deadline) }
            // Interrupted already, they still have to be told of a deadline.
            let tells = interrupts || (deadline != nil && state.interruptedAt != nil)
            let waiting = state.waiting
            state.waiting = []
            let woken = state.sleepers.values.filter { $0.wake == .drain || interrupts }.map(\.task)
            return (waiting, woken, tells ? Array(state.running.values) : [])
        }
        slotsSource.finish()
        for continuation in waiting { continuation.resume(returning: false) }
        for sleeper in sleepers { sleeper.cancel() }
        for task in tasks { task.interrupt(by: deadline) }
        if reportDeadline != nil { decideLateTasks(.interrupt) }
    }

    /// No polls until `resume`; open ones are not aborted, and what they bring is worked.
    func pause() { state.withLock { $0.ledger.isPaused = true } }

    /// Polling goes on.
    func resume() {
        let now = now
        let waiters = state.withLock { state in
            Self.turn(&state, now)
            state.ledger.isPaused = false
            var waiters: [CheckedContinuation<Bool, Never>] = []
            while let waiter = Self.grant(&state) { waiters.append(waiter) }
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: true) }
    }

    /// Sleeps for `span` or until the worker drains or is interrupted, whichever is asked for.
    func sleep(for span: Duration, orUntil wake: Wake) async {
        let clock = dependencies.clock
        let until = clock.now() + span
        let key: Int? = state.withLock { state in
            guard state.interruptedAt == nil, !state.isHandingOver,
                wake == .interrupt || !state.ledger.isDraining
            else { return nil }
            let key = state.nextSleeper
            state.nextSleeper += 1
            state.sleepers[key] = Sleeper(wake: wake, task: Task { try? await clock.sleep(until) })
            return key
        }
        guard let key, let sleeper = state.withLock({ $0.sleepers[key]?.task }) else { return }
        await sleeper.value
        state.withLock { $0.sleepers[key] = nil }
    }

    // MARK: Polls

    /// Returns true when the caller, a free slot, is to poll now, and false when it is to end; waits while too many polls are open.
    func mayPoll() async -> Bool {
        switch state.withLock({ $0.ledger.requestPoll() }) {
        case .granted: return true
        case .stop: return false
        case .wait: break
        }
        return await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                switch state.ledger.requestPoll() {
                case .granted: return true
                case .stop: return false
                case .wait:
                    state.waiting.append(continuation)
                    return nil
                }
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func pollStarted(slot: Int, at instant: BootInstant) {
        state.withLock { state in
            state.polls[slot] = instant
            state.lastTurn = instant
        }
        observe(.pollStarted(at: instant))
    }

    /// The slot's poll, permitted by `mayPoll`, is over. Returns what has changed about polling as a whole, to be logged once.
    func pollFinished(
        slot: Int,
        started: BootInstant,
        at now: BootInstant,
        brought task: Bool,
        problem: (text: String, code: String, kind: ActivityServiceError.Kind)?
    ) -> ProblemChange {
        let (change, waiter, busy, closed) = state.withLock { state in
            state.polls[slot] = nil
            state.lastTurn = now
            state.ledger.pollFinished(brought: task)
            if problem == nil { state.lastCompletedPoll = now }
            // By its code: a message may have a time or a request id in it that is new in every poll.
            let noted = problem.map { (text: $0.text, key: $0.code) }
            let change = Self.note(noted, in: &state)
            return (change, Self.grant(&state), state.ledger.busy, Self.closedPolls(&state))
        }
        waiter?.resume(returning: true)
        for continuation in closed { continuation.resume() }
        observe(.pollFinished(at: now, took: now - started, brought: task, error: problem?.kind))
        if task { observe(.slotsBusy(busy)) }
        return change
    }

    /// The permission that `mayPoll` gave is given back without a poll, for `reason`.
    func pollForgone(_ reason: String) -> ProblemChange {
        let now = now
        let (change, waiter, closed) = state.withLock { state in
            state.lastTurn = now
            state.ledger.pollFinished(brought: false)
            let change = Self.note((text: reason, key: reason), in: &state)
            return (change, Self.grant(&state), Self.closedPolls(&state))
        }
        waiter?.resume(returning: true)
        for continuation in closed { continuation.resume() }
        return change
    }

    /// The loops have reason to go on. Before the first of them has begun nothing is expected of them.
    static func turn(_ state: inout State, _ now: BootInstant) {
        if state.lastTurn != nil { state.lastTurn = now }
    }

    private static func closedPolls(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        guard state.ledger.openPolls == 0 else { return [] }
        defer { state.pollWaiters = [] }
        return state.pollWaiters
    }

    enum ProblemChange { case none, appeared, vanished }

    private static func note(_ problem: (text: String, key: String)?, in state: inout State) -> ProblemChange {
        defer { state.problem = problem }
        if state.problem?.key == problem?.key { return .none }
        return problem == nil ? .vanished : .appeared
    }

    static func grant(_ state: inout State) -> CheckedContinuation<Bool, Never>? {
        guard !state.waiting.isEmpty, state.ledger.requestPoll() == .granted else { return nil }
        return state.waiting.removeFirst()
    }
}
