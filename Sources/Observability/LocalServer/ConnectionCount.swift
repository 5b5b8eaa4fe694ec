import Synchronization

/// How many connections are open.
final class ConnectionCount: Sendable {
    private let open = Mutex(0)

    /// Counts one more, unless there are `most` already.
    func enter(_ most: Int) -> Bool {
        open.withLock { open in
            guard open < most else { return false }
            open += 1
            return true
        }
    }

    /// Counts one less.
    func leave() { open.withLock { $0 -= 1 } }
}
