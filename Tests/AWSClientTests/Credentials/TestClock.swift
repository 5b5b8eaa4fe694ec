import FoundationEssentials
import Synchronization

/// A clock that a test moves.
final class TestClock: Sendable {
    private let value = Mutex(Date(timeIntervalSince1970: 1_800_000_000))

    /// The time on it.
    var now: Date { value.withLock { $0 } }

    /// Moves it on.
    func advance(_ seconds: Double) { value.withLock { $0 += seconds } }
}
