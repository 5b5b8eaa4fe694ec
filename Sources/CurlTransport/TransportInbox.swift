/// What callers leave for the transport's thread: a state machine under the loop's lock, without effects of its own.
struct TransportInbox: Sendable {
    private var submissions: [Submission] = []
    private var hasCancellations = false
    private var isSleeping = false
    private var stopRequested = false
    private var hasEnded = false
    private var shutdownWaiters: [CheckedContinuation<Void, Never>] = []

    /// What the caller does after it has left something.
    enum Action {
        /// Nothing: the thread is awake and will look before it sleeps.
        case none
        /// Wake the thread, still under the lock: the thread frees what is woken only after it has taken the lock.
        case wake
        /// The thread takes nothing more.
        case refused
    }

    /// What the thread found.
    struct Batch {
        var submissions: [Submission]
        var hasCancellations: Bool
        var stopRequested: Bool
    }

    mutating func submit(_ submission: Submission) -> Action {
        guard !stopRequested else { return .refused }
        submissions.append(submission)
        return wakeIfSleeping()
    }

    mutating func noticeCancellation() -> Action {
        guard !hasEnded else { return .refused }
        hasCancellations = true
        return wakeIfSleeping()
    }

    mutating func requestStop() -> Action {
        guard !hasEnded else { return .refused }
        stopRequested = true
        return wakeIfSleeping()
    }

    /// Keeps `waiter` for `end()`; `.refused` when that has happened, and the caller resumes it.
    mutating func requestStop(waiter: CheckedContinuation<Void, Never>) -> Action {
        guard !hasEnded else { return .refused }
        shutdownWaiters.append(waiter)
        return requestStop()
    }

    /// Everything left since the last call; `reusing` is an empty array whose memory the next submissions go to.
    mutating func take(reusing: [Submission]) -> Batch {
        isSleeping = false
        let batch = Batch(submissions: submissions, hasCancellations: hasCancellations, stopRequested: stopRequested)
        submissions = reusing
        hasCancellations = false
        return batch
    }

    /// Whether the thread may sleep. From then on the next thing left wakes it.
    mutating func sleep() -> Bool {
        isSleeping = submissions.isEmpty && !hasCancellations && !stopRequested
        return isSleeping
    }

    /// The thread is over: returns whom to tell.
    mutating func end() -> [CheckedContinuation<Void, Never>] {
        hasEnded = true
        stopRequested = true
        defer { shutdownWaiters = [] }
        return shutdownWaiters
    }

    private mutating func wakeIfSleeping() -> Action {
        guard isSleeping else { return .none }
        isSleeping = false
        return .wake
    }
}
