import ActivityWorker
import Observability
import Synchronization

/// Counts what the workers do.
final class MetricsObserver: WorkerObserver {
    private let metrics: DaemonMetrics
    /// By stage.
    private let slots: Mutex<[String: (busy: Int, total: Int)]>

    /// An observer that counts into `metrics`; `slots` has each enabled stage's configured slots.
    init(metrics: DaemonMetrics, slots: [String: Int]) {
        self.metrics = metrics
        self.slots = Mutex(slots.mapValues { (0, $0) })
        for (stage, total) in slots {
            metrics.slots(stage: stage, busy: 0, total: total)
            metrics.begin(
                stage: stage,
                leaseLosses: LeaseLost.Reason.allCases.map(\.rawValue),
                polls: ActivityServiceError.Kind.ofPolls.map { "\($0)" },
                heartbeats: ActivityServiceError.Kind.ofHeartbeats.map { "\($0)" },
                reports: ActivityServiceError.Kind.ofReports.map { "\($0)" }
            )
        }
    }

    /// The stage has `slots` from now on.
    func resize(stage: String, slots total: Int) { note(stage) { $0.total = total } }

    private func note(_ stage: String, _ change: (inout (busy: Int, total: Int)) -> Void) {
        let now = slots.withLock { slots in
            change(&slots[stage, default: (0, 0)])
            return slots[stage] ?? (0, 0)
        }
        metrics.slots(stage: stage, busy: now.busy, total: now.total)
    }

    func observe(_ event: WorkerEvent, stage: String) {
        switch event {
        case .pollStarted, .journalBlocked: break
        case .pollFinished(_, _, let brought, let error):
            metrics.polled(stage: stage, outcome: error.map { "\($0)" } ?? (brought ? "task" : "empty"))
        case .resumed: metrics.resumed(stage: stage)
        case .toolAdopted: metrics.adopted(stage: stage)
        case .claimed: metrics.claimed(stage: stage)
        case .heartbeatAcknowledged: metrics.heartbeat(stage: stage, outcome: "acknowledged")
        case .heartbeatFailed(let kind): metrics.heartbeat(stage: stage, outcome: "\(kind)")
        case .reported(let error, let took):
            metrics.reported(stage: stage, outcome: error == nil ? "success" : "failure", after: took)
        case .reportFailed(let kind): metrics.reportRetried(stage: stage, outcome: "\(kind)")
        case .leaseLost(let reason): metrics.leaseLost(stage: stage, reason: reason.rawValue)
        case .slotsBusy(let busy): note(stage) { $0.busy = busy }
        }
    }
}
