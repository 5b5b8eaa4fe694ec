import Synchronization

/// One claimed task while the worker has it: its lease, its stage's Swift task, and what a snapshot shows of it.
///
/// Transitions happen under the lock and return what is to be done; cancelling happens outside.
final class RunningTask: Sendable {
    /// What ended the lease.
    enum LeaseEnd: Sendable, Hashable {
        /// Nothing may be reported any more.
        case lost(LeaseLost.Reason)
        /// The state's time is nearly used up; the token still lives.
        case timeLimit
    }

    /// What the envelope told, and the task's id.
    struct Identity: Sendable {
        var id: String
        var header: TaskHeader
    }

    private struct State {
        var identity: Identity?
        var lease: Lease?
        var end: LeaseEnd?
        var isInterrupted = false
        var stopBy: BootInstant?
        var isHandedOver = false
        /// Who cancelled it, for the failure's message.
        var cancelledBy: String?
        /// Writes down that it is cancelled.
        var recording: Task<Bool, Never>?
        var workspace: String?
        var isStageOver = false
        var stage: Task<String, any Error>?
        /// The tools that the stage waits for.
        var tools: [Int: Task<ToolExit, any Error>] = [:]
        var nextTool = 0
        var steps: [String] = []
        var isReporting = false
    }

    let claim: ClaimRecord
    /// When the token was received.
    let received: BootInstant
    private let state = Mutex(State())

    init(claim: ClaimRecord, received: BootInstant) {
        self.claim = claim
        self.received = received
    }

    var identity: Identity? { state.withLock { $0.identity } }
    var lease: Lease? { state.withLock { $0.lease } }
    var leaseEnd: LeaseEnd? { state.withLock { $0.end } }
    /// When the tools of an interrupted task are to be dead, as the host ends soon after; `nil` for their whole graces.
    var stopBy: BootInstant? { state.withLock { $0.stopBy } }
    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }
    /// Whether a successor of this process goes on with it. An interruption counts more.
    var isHandedOver: Bool {
        state.withLock { $0.isHandedOver && !$0.isInterrupted && $0.end == nil && $0.cancelledBy == nil }
    }
    /// Whether the stage is to end without more to do.
    var isToEnd: Bool { state.withLock { $0.isInterrupted || $0.isHandedOver || $0.cancelledBy != nil } }
    /// Who cancelled it; `nil` when nobody did.
    var cancelledBy: String? { state.withLock { $0.cancelledBy } }
    /// The task's workspace, once it is made.
    var workspace: String? { state.withLock { $0.workspace } }
    /// From one heartbeat to the next; for an envelope that could not be read the longest there is.
    var heartbeatInterval: Duration {
        state.withLock { $0.identity.map { Lease.interval(heartbeat: $0.header.heartbeat) } } ?? .seconds(20)
    }

    func identify(_ identity: Identity) { state.withLock { $0.identity = identity } }
    func open(_ lease: Lease) { state.withLock { $0.lease = lease } }
    func open(workspace: String) { state.withLock { $0.workspace = workspace } }
    func beginReporting() { state.withLock { $0.isReporting = true } }
    func enter(step: String) { state.withLock { $0.steps.append(step) } }

    func leave(step: String) {
        state.withLock { state in
            if let index = state.steps.lastIndex(of: step) { state.steps.remove(at: index) }
        }
    }

    /// A heartbeat sent at `sent` was acknowledged. A lease that has ended stays ended.
    func acknowledge(sent: BootInstant) {
        state.withLock { state in
            if state.end == nil { state.lease?.acknowledge(sent: sent) }
        }
    }

    /// The stage's Swift task, to be cancelled when the lease ends; at once if it has ended already.
    func stageStarted(_ stage: Task<String, any Error>) {
        let cancel = state.withLock { state in
            state.stage = stage
            return state.end != nil || state.isInterrupted || state.cancelledBy != nil
        }
        if cancel { stage.cancel() }
    }

    /// The stage waits for a tool, which is to be cancelled with the stage or when the task is handed over; at once if that has been said
    /// already. Returns what to call when the wait is over.
    func toolBegan(_ tool: Task<ToolExit, any Error>) -> @Sendable () -> Void {
        let (number, cancel) = state.withLock { state in
            state.nextTool += 1
            state.tools[state.nextTool] = tool
            let isOver = state.end != nil || state.isInterrupted || state.isHandedOver || state.cancelledBy != nil
            return (state.nextTool, isOver)
        }
        if cancel { tool.cancel() }
        return { [self] in state.withLock { $0.tools[number] = nil } }
    }

    /// A successor goes on with the task: tools are left running at once, a step in progress may end and be recorded.
    func handOver() {
        let tools = state.withLock { state in
            guard !state.isStageOver else { return [Task<ToolExit, any Error>]() }
            state.isHandedOver = true
            return Array(state.tools.values)
        }
        for tool in tools { tool.cancel() }
    }

    /// A step took too long to be waited for; run again it finds what it did.
    func cancelHandedOverStage() {
        let stage = state.withLock { $0.isHandedOver ? $0.stage : nil }
        stage?.cancel()
    }

    /// The stage has returned: from here on only the report is left, which no deadline ends.
    func stageEnded() {
        state.withLock { state in
            state.isStageOver = true
            state.stage = nil
        }
    }

    /// Ends the lease, once, while the stage runs or before it starts, and cancels the stage. Returns whether it did.
    @discardableResult
    func end(_ end: LeaseEnd) -> Bool {
        let (ended, stage): (Bool, Task<String, any Error>?) = state.withLock { state in
            guard state.end == nil, !state.isStageOver else { return (false, nil) }
            state.end = end
            return (true, state.stage)
        }
        stage?.cancel()
        return ended
    }

    /// Ends the lease if its deadline has passed; else returns the deadline to look again at, `nil` when it has ended.
    func checkDeadline(at now: BootInstant) -> BootInstant? {
        let (deadline, expiry): (BootInstant?, Lease.Expiry?) = state.withLock { state in
            guard state.end == nil, !state.isStageOver, let lease = state.lease else { return (nil, nil) }
            return (lease.deadline, lease.expiry(at: now))
        }
        switch expiry {
        case nil: return deadline
        case .heartbeat: end(.lost(.expired))
        case .limit: end(.timeLimit)
        }
        return nil
    }

    /// The daemon is to stop now: cancels the stage. Called again, only the deadline counts, if it is an earlier one.
    func interrupt(by deadline: BootInstant? = nil) {
        let stage = state.withLock { state in
            state.isInterrupted = true
            if let deadline { state.stopBy = min(state.stopBy ?? deadline, deadline) }
            return state.stage
        }
        stage?.cancel()
    }

    /// An operator wants the task to end: cancels the stage, and its failure is reported as `Builder.Cancelled`.
    ///
    /// - Parameter record: writes the wish down, the first time, and says whether it could; nothing is reported before it has. `nil` when it is
    ///   written down.
    func cancel(by who: String, record: (@Sendable () async -> Bool)?) -> TaskCancellation {
        let (answer, stage): (TaskCancellation, Task<String, any Error>?) = state.withLock { state in
            if state.isStageOver || state.isReporting || state.end != nil { return (.tooLate, nil) }
            if state.isHandedOver || state.isInterrupted { return (.ending, nil) }
            guard state.cancelledBy == nil else { return (.cancelled, nil) }
            state.cancelledBy = who
            state.recording = record.map { record in Task { await record() } }
            return (.cancelled, state.stage)
        }
        stage?.cancel()
        return answer
    }

    /// Returns when what `cancel` was to write down is written, and whether it is.
    @discardableResult
    func cancelRecorded() async -> Bool { await state.withLock { $0.recording }?.value ?? true }

    /// Throws what a stage is to stop with, if it is to stop: `LeaseLost` or `CancellationError`. Looks at the clock itself, as a
    /// machine that was suspended may run a stage before any timer fires.
    func check(at now: BootInstant) throws {
        _ = checkDeadline(at: now)
        let (end, interrupted, handedOver) = state.withLock {
            ($0.end, $0.isInterrupted || $0.cancelledBy != nil, $0.isHandedOver)
        }
        switch end {
        case .lost(let reason): throw LeaseLost(reason: reason)
        case .timeLimit: throw LeaseLost(reason: .timedOut)
        case nil:
            if interrupted { throw CancellationError() }
            if handedOver { throw HandedOver() }
        }
    }

    func snapshot(at now: BootInstant) -> StageSnapshot.Running {
        state.withLock { state in
            StageSnapshot.Running(
                claim: claim.id,
                id: state.identity?.id,
                execution: state.identity?.header.execution,
                application: state.identity?.header.application,
                action: state.identity?.header.action,
                attempt: state.identity?.header.attempt,
                age: now - received,
                step: state.steps.last,
                leaseLeft: state.lease.map { $0.deadline - now },
                heartbeatAge: state.lease.map { now - $0.acknowledged },
                isReporting: state.isReporting,
                isCancelled: state.cancelledBy != nil
            )
        }
    }
}
