import Logging
import SystemdSupport

/// What the service manager wants of this process when it is to end.
struct StopWish: Sendable {
    private let reader: StopIntentReader?
    private let logger: Logger

    /// Nothing is asked where the process is no systemd service (`INVOCATION_ID` is not set).
    init(environment: [String: String], logger: Logger) {
        reader = environment["INVOCATION_ID"].map { _ in
            StopIntentReader(address: environment["DBUS_SYSTEM_BUS_ADDRESS"])
        }
        self.logger = logger
    }

    /// The order; `nil` where there is none, or nobody who could say.
    @Sendable func read() async -> DrainOrder? {
        guard let reader else { return nil }
        switch await reader.read() {
        case .restart: return .handOver
        case .stop: return .drain
        case .shutdown: return .interrupt
        case .noJob: return nil
        case .unavailable(let reason):
            logger.warning("systemd cannot be asked what the stop is for, so tasks are waited for: \(reason)")
            return nil
        }
    }
}
