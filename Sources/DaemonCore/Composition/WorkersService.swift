import ActivityWorker
import ServiceLifecycle
import UnixSignals

/// Runs every stage's worker until all of them have ended, which the conductor brings about.
///
/// When the last worker has returned, so does `run()`, and the service group stops the rest.
struct WorkersService: Service {
    let workers: [StageWorker]
    /// SIGTERM, SIGINT, SIGHUP and SIGUSR2, trapped since before anybody could see the daemon.
    let signals: UnixSignalsSequence
    let conductor: DrainConductor

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await conductor.follow(signals) }
            defer { group.cancelAll() }
            try await withThrowingDiscardingTaskGroup { stages in
                for worker in workers {
                    stages.addTask { try await worker.run() }
                }
            }
        }
    }
}
