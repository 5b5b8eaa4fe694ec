import ActivityWorker
import Logging
import Synchronization
import SystemdSupport

/// Where the daemon is in its life, and what systemd is told of it.
final class DaemonLife: Sendable {
    /// What systemd is asked for while the daemon ends, again and again before it is over.
    private static let `extension` = Duration.seconds(60)

    private let notifier: ServiceNotifier
    private let logger: Logger
    private let current = Mutex(DaemonPhase.starting)

    init(notifier: ServiceNotifier, logger: Logger) {
        self.notifier = notifier
        self.logger = logger
    }

    /// The phase now.
    var phase: DaemonPhase { current.withLock { $0 } }

    /// Enters a phase and tells systemd. Phases only go forward: an earlier one is not entered again.
    func enter(_ phase: DaemonPhase) {
        let isNew = current.withLock { current in
            guard phase.rank > current.rank else { return false }
            current = phase
            return true
        }
        guard isNew else { return }
        switch phase {
        case .starting: break
        case .running: tell { () throws(ServiceNotifierError) in try notifier.ready(status: "polling") }
        case .handingOver, .draining, .interrupting:
            tell { () throws(ServiceNotifierError) in try notifier.stopping(status: "\(phase.rawValue)") }
            // At once: the unit's TimeoutStopSec may be shorter than the time to the next line of `narrate`.
            tell { () throws(ServiceNotifierError) in try notifier.extendTimeout(Self.extension) }
        }
    }

    /// Says READY, then keeps `systemctl status` up to date and asks for time while draining; returns when its task is cancelled.
    func narrate(_ workers: [StageWorker]) async {
        enter(.running)
        var last = ""
        var isSettled = false
        while !Task.isCancelled {
            if isSettled { StartUpPages.releaseOnce() }
            isSettled = true
            let text = Self.status(phase, workers.map { $0.snapshot() })
            if text != last {
                tell { () throws(ServiceNotifierError) in try notifier.status(text) }
                last = text
            }
            if phase != .running {
                tell { () throws(ServiceNotifierError) in try notifier.extendTimeout(Self.extension) }
            }
            try? await Task.sleep(for: .seconds(10), tolerance: .seconds(5))
        }
    }

    /// One line: the phase, and each stage's busy slots and steps.
    static func status(_ phase: DaemonPhase, _ stages: [StageSnapshot]) -> String {
        let parts = stages.map { stage in
            let steps = stage.tasks.compactMap(\.step).joined(separator: ", ")
            return "\(stage.stage) \(stage.busy)/\(stage.slots)" + (steps.isEmpty ? "" : " (\(steps))")
        }
        return "\(phase.rawValue): " + parts.joined(separator: "; ")
    }

    private func tell(_ message: () throws(ServiceNotifierError) -> Void) {
        do {
            try message()
        } catch {
            logger.error("systemd could not be told: \(error)")
        }
    }
}
