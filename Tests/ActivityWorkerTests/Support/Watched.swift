import Synchronization

/// State that tests can wait on: no polling and no sleeping, every change wakes who waits.
final class Watched<State: Sendable>: Sendable {
    private struct Contents {
        var state: State
        var waiters: [(isFulfilled: @Sendable (State) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let contents: Mutex<Contents>

    init(_ state: State) { contents = Mutex(Contents(state: state)) }

    var value: State { contents.withLock { $0.state } }

    @discardableResult
    func update<Result: Sendable>(_ change: (inout State) -> Result) -> Result {
        let (result, woken) = contents.withLock { contents in
            let result = change(&contents.state)
            let state = contents.state
            let woken = contents.waiters.filter { $0.isFulfilled(state) }.map(\.continuation)
            contents.waiters.removeAll { $0.isFulfilled(state) }
            return (result, woken)
        }
        for continuation in woken { continuation.resume() }
        return result
    }

    /// Returns once the state is as wanted; a test whose state never is hangs until its time limit fails it.
    func wait(until isFulfilled: @escaping @Sendable (State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let now = contents.withLock { contents in
                if isFulfilled(contents.state) { return true }
                contents.waiters.append((isFulfilled, continuation))
                return false
            }
            if now { continuation.resume() }
        }
    }
}
