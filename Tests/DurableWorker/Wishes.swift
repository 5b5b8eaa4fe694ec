import DaemonCore
import Synchronization

/// Plays the service manager: the answers that a test has scripted.
final class Wishes: Sendable {
    private let left: Mutex<[DrainOrder?]>

    init(_ words: [String]?) {
        left = Mutex(
            (words ?? []).map { word in
                switch word {
                case "restart": .handOver
                case "stop": .drain
                case "shutdown": .interrupt
                default: nil
                }
            }
        )
    }

    /// The next answer; the last one again when there is no other.
    @Sendable func next() async -> DrainOrder? {
        left.withLock { left in
            guard left.count > 1 else { return left.first ?? nil }
            return left.removeFirst()
        }
    }
}
