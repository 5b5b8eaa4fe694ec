package import Logging
import Glibc

/// Sends `WATCHDOG=1` as long as the process proves that it turns over.
///
/// The ping vouches for something: it is withheld when the proof fails or never comes, and then systemd restarts the service.
/// The proof must be about this process alone, never about AWS: an outage there must not kill a running build.
package struct WatchdogPulse: Sendable {
    /// What the proof found.
    package enum Liveness: Sendable, Hashable {
        /// The process did what it should lately.
        case alive
        /// It did not; the reason is logged.
        case stuck(reason: String)
    }

    /// From one ping to the next: half of `WATCHDOG_USEC`.
    package let interval: Duration
    private let notifier: ServiceNotifier
    private let logger: Logger
    private let liveness: @Sendable () async -> Liveness

    /// A pulse for a watchdog of `timeout`.
    package init(
        notifier: ServiceNotifier,
        timeout: Duration,
        logger: Logger,
        liveness: @escaping @Sendable () async -> Liveness
    ) {
        self.notifier = notifier
        self.logger = logger
        self.liveness = liveness
        interval = timeout / 2
    }

    /// The unit's watchdog timeout out of `WATCHDOG_USEC` and `WATCHDOG_PID`; `nil` when there is none, or it is for another process.
    package static func timeout(environment: [String: String], pid: Int32 = getpid()) -> Duration? {
        guard let text = environment["WATCHDOG_USEC"], let microseconds = Int64(text), microseconds > 0 else {
            return nil
        }
        if let owner = environment["WATCHDOG_PID"], owner != String(pid) { return nil }
        return .microseconds(microseconds)
    }

    /// Pings every `interval` until the task is cancelled.
    package func run() async {
        let interval = self.interval
        await run(
            ticks: AsyncStream(unfolding: {
                do { try await Task.sleep(for: interval) } catch { return nil }
            })
        )
    }

    /// Asks for the proof at once and at each tick, and pings when it holds.
    package func run(ticks: some AsyncSequence<Void, Never>) async {
        var wasStuck = false
        await beat(&wasStuck)
        for await _ in ticks { await beat(&wasStuck) }
    }

    private func beat(_ wasStuck: inout Bool) async {
        switch await liveness() {
        case .alive:
            if wasStuck { logger.notice("the process turns over again; watchdog pings go on") }
            wasStuck = false
            do {
                try notifier.watchdog()
            } catch {
                logger.error(
                    "the watchdog ping could not be sent: \(error); systemd will restart the service if this goes on"
                )
            }
        case .stuck(let reason):
            // Each time: the last such line before the restart says why it came.
            logger.critical("watchdog ping withheld: \(reason)")
            wasStuck = true
        }
    }
}
