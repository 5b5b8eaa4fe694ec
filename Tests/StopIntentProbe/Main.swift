import Glibc
import SystemdSupport

/// A service for `Tests/Systemd` that does nothing but read what a SIGTERM means, twice, as the daemon's drain does.
///
/// `StopIntentProbe GATE` is ready at once. On SIGTERM it writes `first <intent>` to standard output, waits until somebody opens the
/// named pipe GATE for writing, if it is there, and writes `second <intent>`.
@main struct StopIntentProbe {
    static func main() async throws {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGTERM)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        try ServiceNotifier(address: variable("NOTIFY_SOCKET")).ready(status: "waiting for SIGTERM")
        var received: Int32 = 0
        unsafe sigwait(&signals, &received)

        let reader = StopIntentReader(address: variable("DBUS_SYSTEM_BUS_ADDRESS"))
        say("first \(await reader.read())")
        waitAtGate(CommandLine.arguments[1])
        say("second \(await reader.read())")
    }

    /// Opening a named pipe for reading returns once it is open for writing, too.
    private static func waitAtGate(_ path: String) {
        let gate = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if gate >= 0 { close(gate) }
    }

    private static func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

    /// Unbuffered, so that the line is there while the program waits.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        unsafe write(STDOUT_FILENO, bytes, bytes.count)
    }
}
