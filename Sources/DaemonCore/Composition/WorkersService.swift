import ActivityWorker
import ServiceLifecycle
import UnixSignals

/// Runs every stage's worker until all of them have ended, which the conductor brings about.
///
/// When the last worker has returned, and the host does not end, so does `run()`, and the service group stops the rest.
struct WorkersService: Service {
    let workers: [StageWorker]
    /// SIGTERM, SIGINT, SIGHUP and SIGUSR2, trapped since before anybody could see the daemon.
    let signals: UnixSignalsSequence
    let conductor: DrainConductor
    /// Keeps the workers from polling on a host whose end is announced, and the daemon from ending before such a host does.
    let hostEnd: HostEnd

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await conductor.follow(signals) }
            defer { group.cancelAll() }
            try await withThrowingDiscardingTaskGroup { stages in
                for worker in workers {
                    stages.addTask { try await worker.run { await hostEnd.firstLook() } }
                }
            }
            await hostEnd.workersEnded(isHandedOver: await conductor.hasHandedOver)
        }
    }
}
