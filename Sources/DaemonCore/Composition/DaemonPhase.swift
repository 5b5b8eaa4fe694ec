/// Where the daemon is in its life.
package enum DaemonPhase: String, Sendable, Hashable {
    /// Before READY.
    case starting
    /// Polling.
    case running
    /// No new polls; open polls end by themselves, and tasks are left to the next start.
    case handingOver = "handing over"
    /// No new polls; open polls and tasks end by themselves.
    case draining
    /// As draining, and the tasks were cancelled.
    case interrupting

    /// Its place in the daemon's life. Handing over and draining have the same: each can turn into the other.
    var rank: Int {
        switch self {
        case .starting: 0
        case .running: 1
        case .handingOver, .draining: 2
        case .interrupting: 3
        }
    }
}
