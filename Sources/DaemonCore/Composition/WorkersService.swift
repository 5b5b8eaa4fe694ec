import ActivityWorker
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Runs every stage's worker until all of them have drained, and turns signals into drain and interrupt.
///
/// The first SIGTERM or SIGINT drains: no new polls, open polls and tasks end by themselves. The second interrupts the tasks.
/// When the last worker has returned, so does `run()`, and the service group stops the rest.
final class WorkersService: Service {
    private let workers: [StageWorker]
    private let signals: UnixSignalsSequence
    private let logger: Logger
    private let phaseChanged: @Sendable (DaemonPhase) -> Void
    private let hasDrained = Atomic(false)

    /// A service over these workers.
    ///
    /// - Parameters:
    ///   - signals: SIGTERM, SIGINT and SIGHUP, trapped since before anybody could see the daemon.
    ///   - phaseChanged: told once when draining begins and when it turns into an interruption, for `STOPPING=1` and `STATUS=`.
    init(
        workers: [StageWorker],
        signals: UnixSignalsSequence,
        logger: Logger,
        phaseChanged: @escaping @Sendable (DaemonPhase) -> Void
    ) {
        self.workers = workers
        self.signals = signals
        self.logger = logger
        self.phaseChanged = phaseChanged
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.follow(self.signals) }
            defer { group.cancelAll() }
            try await withThrowingDiscardingTaskGroup { stages in
                for worker in workers {
                    stages.addTask { try await worker.run() }
                }
            }
        }
    }

    /// No new polls; open polls and tasks end by themselves. Asked again, it changes nothing.
    func drain() {
        // A worker that is told twice interrupts its tasks.
        guard !hasDrained.exchange(true, ordering: .relaxed) else { return }
        phaseChanged(.draining)
        for worker in workers { worker.drain() }
    }

    private func follow(_ signals: UnixSignalsSequence) async {
        var isDraining = false
        for await signal in signals {
            if signal == .sighup {
                logger.notice(
                    "SIGHUP is ignored: the configuration is read at the start only; restart to apply a new one"
                )
            } else if !isDraining {
                isDraining = true
                logger.notice("\(signal): draining; \(pending()); a second signal interrupts tasks, never polls")
                drain()
            } else {
                logger.warning("\(signal) again: interrupting; \(pending())")
                phaseChanged(.interrupting)
                for worker in workers { worker.interrupt() }
            }
        }
    }

    /// What the end waits for.
    private func pending() -> String {
        let snapshots = workers.map { $0.snapshot() }
        let polls = snapshots.reduce(0) { $0 + $1.openPolls.count }
        let tasks = snapshots.reduce(0) { $0 + $1.tasks.count }
        return
            "waiting for \(polls) open polls, at most 70 s, which may still bring a task, and for \(tasks) running tasks"
    }
}

/// Where the daemon is in its life.
package enum DaemonPhase: String, Sendable, Hashable {
    /// Before READY.
    case starting
    /// Polling.
    case running
    /// No new polls; open polls and tasks end by themselves.
    case draining
    /// As draining, and the tasks were cancelled.
    case interrupting

    /// Its place in the daemon's life.
    var rank: Int {
        switch self {
        case .starting: 0
        case .running: 1
        case .draining: 2
        case .interrupting: 3
        }
    }
}
