import CurlTransport
import Synchronization

/// Where the process of a stage under test dies, once: at the n-th place where something has been done.
final class CrashPoint: Sendable {
    /// The process is dead.
    struct Crash: Error {}

    private struct State {
        var passed = 0
        var next: Int?
        var isDead = false
        var place: String?
    }

    private let state: Mutex<State>

    /// - Parameter number: the place to die at, from 1; `nil` for a process that lives.
    init(at number: Int?) { state = Mutex(State(next: number)) }

    /// Where it died; `nil` when it lived on.
    var place: String? { state.withLock { $0.place } }

    /// Whether it is dead: then nothing has an effect any more.
    var isDead: Bool { state.withLock { $0.isDead } }

    /// Throws if the process is dead.
    func check() throws(Crash) { if isDead { throw Crash() } }

    /// A place where the process may die.
    func pass(_ place: String) throws(Crash) {
        let dies = state.withLock { state in
            state.passed += 1
            guard state.passed == state.next else { return false }
            (state.isDead, state.place) = (true, place)
            return true
        }
        if dies { throw Crash() }
    }

    /// The next process, which lives.
    func restart() {
        state.withLock { state in
            state.isDead = false
            state.next = nil
        }
    }
}
