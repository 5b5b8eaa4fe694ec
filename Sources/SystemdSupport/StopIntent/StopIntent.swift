/// What the service manager means by the SIGTERM it sends: what becomes of this service once it has ended.
///
/// Read with `StopIntentReader`. It can change while the service drains: a `systemctl stop` overtakes a restart, and a shutdown
/// overtakes both.
package enum StopIntent: Sendable, Hashable {
    /// The unit is started again at once: `systemctl restart` and `try-restart`, also by a package's upgrade.
    case restart
    /// The unit is stopped and stays so.
    case stop
    /// The machine powers off, reboots or halts.
    case shutdown
    /// The manager runs this process and wants nothing of its unit: somebody else sent the signal, for example `kill`.
    case noJob
    /// The manager could not be asked, and why: no bus, no systemd, no answer in time.
    case unavailable(reason: String)
}

extension StopIntent: CustomStringConvertible {
    /// One phrase for a log line.
    package var description: String {
        switch self {
        case .restart: "restart"
        case .stop: "stop"
        case .shutdown: "shutdown"
        case .noJob: "no job of the service manager's"
        case .unavailable(let reason): "unknown (\(reason))"
        }
    }
}
