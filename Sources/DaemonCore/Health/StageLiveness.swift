import ActivityWorker
import Observability
import SystemdSupport

/// Whether the stages are at work as they should be, for `/livez` and the watchdog.
enum StageLiveness {
    /// One reason for each stage that hangs.
    static func hangs(_ stages: [StageSnapshot]) -> [HealthReason] {
        stages.compactMap { stage in
            stage.hang.map { hang in
                HealthReason(
                    subject: "stage \(stage.stage)",
                    problem: hang,
                    next: "restart the service; the watchdog does so by itself"
                )
            }
        }
    }

    /// The watchdog's proof. Called on the pool it vouches for.
    static func pulse(_ stages: [StageSnapshot]) -> WatchdogPulse.Liveness {
        guard let hang = hangs(stages).first else { return .alive }
        return .stuck(reason: "\(hang.subject): \(hang.problem)")
    }
}
