import ActivityWorker
import Observability

/// Counts what the workers do.
struct MetricsObserver: WorkerObserver {
    private let metrics: DaemonMetrics
    private let slots: [String: Int]

    /// An observer that counts into `metrics`; `slots` has each enabled stage's configured slots.
    init(metrics: DaemonMetrics, slots: [String: Int]) {
        self.metrics = metrics
        self.slots = slots
        for (stage, total) in slots { metrics.slots(stage: stage, busy: 0, total: total) }
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
        case .slotsBusy(let busy): metrics.slots(stage: stage, busy: busy, total: slots[stage] ?? busy)
        }
    }
}
