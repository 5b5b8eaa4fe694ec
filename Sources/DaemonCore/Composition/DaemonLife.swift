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
    private let isStopping = Atomic(false)
    /// Why the last reload changed nothing.
    private let refusal = Mutex<String?>(nil)
    private let stages: @Sendable () -> [StageSnapshot]

    /// - Parameter stages: what the stages do now.
    init(notifier: ServiceNotifier, logger: Logger, stages: @escaping @Sendable () -> [StageSnapshot]) {
        self.notifier = notifier
        self.logger = logger
        self.stages = stages
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
        case .running: tell { () throws(ServiceNotifierError) in try notifier.ready(status: status) }
        case .handingOver, .draining, .interrupting:
            tell { () throws(ServiceNotifierError) in try notifier.status(phase.rawValue) }
        }
    }

    /// The daemon is to end: systemd is told, once, and asked for time.
    ///
    /// Not where only the host ends: of a service that says STOPPING by itself systemd thinks that it has its SIGTERM, and the shutdown
    /// would send none.
    @Sendable func stopping() {
        guard isStopping.exchange(true, ordering: .relaxed) == false else { return }
        tell { () throws(ServiceNotifierError) in try notifier.stopping(status: phase.rawValue) }
        // At once: the unit's TimeoutStopSec may be shorter than the time to the next line of `narrate`.
        tell { () throws(ServiceNotifierError) in try notifier.extendTimeout(Self.extension) }
    }

    /// The configuration is read again. Before READY, and when the daemon ends, systemd is told nothing of it.
    @Sendable func reloading() {
        guard phase == .running else { return }
        tell { () throws(ServiceNotifierError) in try notifier.reloading() }
    }

    /// The reload is over; what it refused stays in the status until another has succeeded.
    @Sendable func reloaded(_ outcome: ConfigurationReload.Outcome) {
        let reason: String? = if case .refused(let reason) = outcome { reason } else { nil }
        refusal.withLock { $0 = reason }
        guard phase == .running else { return }
        tell { () throws(ServiceNotifierError) in try notifier.ready(status: status) }
    }

    /// Says READY, then keeps `systemctl status` up to date and asks for time while draining; returns when its task is cancelled.
    func narrate() async {
        enter(.running)
        var last = ""
        // Soon again at first: tasks of an earlier process are taken up a moment after READY.
        var pause = Duration.seconds(1)
        while !Task.isCancelled {
            let text = status
            if text != last {
                tell { () throws(ServiceNotifierError) in try notifier.status(text) }
                last = text
            }
            if isStopping.load(ordering: .relaxed) {
                tell { () throws(ServiceNotifierError) in try notifier.extendTimeout(Self.extension) }
            }
            try? await Task.sleep(for: pause, tolerance: pause / 2)
            pause = min(pause * 2, .seconds(10))
            if pause == .seconds(10) { StartUpPages.releaseOnce() }
        }
    }

    /// One line: the phase, the stages as they are now, and what the last reload refused.
    private var status: String {
        let reload =
            refusal.withLock { $0 }.map { "; reload refused, nothing is changed: \($0); see the journal" } ?? ""
        return "\(phase.rawValue): \(Self.line(of: stages()))\(reload)"
    }

    /// Each stage's busy slots and steps.
    static func line(of stages: [StageSnapshot]) -> String {
        stages.map { stage in
            let steps = stage.tasks.compactMap(\.step).joined(separator: ", ")
            return "\(stage.stage) \(stage.busy)/\(stage.slots)" + (steps.isEmpty ? "" : " (\(steps))")
        }.joined(separator: "; ")
    }

    private func tell(_ message: () throws(ServiceNotifierError) -> Void) {
        do {
            try message()
        } catch {
            logger.error("systemd could not be told: \(error)")
        }
    }
}
