// CSystemd for sys/socket.h, which both modules have: to which one its declarations belong depends on the build.
import CSystemd
import Glibc

/// Tells the service manager about this service's state: the sd_notify protocol over the socket named by `NOTIFY_SOCKET`.
///
/// Spoken directly rather than through libsystemd, whose `sd_notify` takes the address from the process's environment alone:
/// https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html documents the protocol as stable.
/// Without an address (not under systemd) every call does nothing. Safe to share.
package struct ServiceNotifier: Sendable {
    /// Path, or `@` and an abstract name; `nil` when nobody listens.
    package let address: String?

    /// A notifier to `address`, normally the value of `NOTIFY_SOCKET`.
    package init(address: String?) { self.address = address.flatMap { $0.isEmpty ? nil : $0 } }

    /// Whether there is a service manager to tell.
    package var isConnected: Bool { address != nil }

    /// Start-up is over (`READY=1`), with a first status.
    package func ready(status: String) throws(ServiceNotifierError) { try send(["READY=1", Self.statusLine(status)]) }

    /// One line for `systemctl status`.
    package func status(_ text: String) throws(ServiceNotifierError) { try send([Self.statusLine(text)]) }

    /// Reading the configuration again has begun (`RELOADING=1`); `ready` says that it is over.
    ///
    /// - Parameter now: CLOCK_MONOTONIC, which tells the service manager that a READY=1 that was sent before is not the answer.
    package func reloading(now: Duration = Self.monotonic()) throws(ServiceNotifierError) {
        try send(["RELOADING=1", "MONOTONIC_USEC=\(Self.microseconds(now))"])
    }

    /// Time since the clock that `MONOTONIC_USEC` is of began.
    package static func monotonic() -> Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// Shutting down has begun (`STOPPING=1`), with a status.
    package func stopping(status: String) throws(ServiceNotifierError) {
        try send(["STOPPING=1", Self.statusLine(status)])
    }

    /// The process turns over (`WATCHDOG=1`).
    package func watchdog() throws(ServiceNotifierError) { try send(["WATCHDOG=1"]) }

    /// Start-up or shutting down will take until at least `duration` from now.
    ///
    /// To be repeated before the time is over; whole microseconds, at least one.
    package func extendTimeout(_ duration: Duration) throws(ServiceNotifierError) {
        try send(["EXTEND_TIMEOUT_USEC=\(max(1, Self.microseconds(duration)))"])
    }

    private static func microseconds(_ duration: Duration) -> Int64 {
        let parts = duration.components
        return parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000
    }

    /// A line break would begin another assignment.
    private static func statusLine(_ text: String) -> String {
        "STATUS="
            + String(
                String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 })
            )
    }

    private func send(_ assignments: [String]) throws(ServiceNotifierError) {
        guard let address else { return }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        var name = Array(address.utf8)
        let isAbstract = name.first == UInt8(ascii: "@")
        let capacity = MemoryLayout.size(ofValue: target.sun_path)
        guard isAbstract || name.first == UInt8(ascii: "/"), name.count < capacity, !name.contains(0) else {
            throw ServiceNotifierError(
                operation: "address",
                number: 0,
                message:
                    "NOTIFY_SOCKET is neither an absolute path nor an abstract name of at most \(capacity - 1) bytes"
            )
        }
        if isAbstract { name[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &target.sun_path) { unsafe $0.copyBytes(from: name) }
        // An abstract name ends where the address does; a path has its NUL.
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        let length = socklen_t(offset + name.count + (isAbstract ? 0 : 1))

        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure("socket", errno) }
        defer { close(descriptor) }
        let message = Array(assignments.joined(separator: "\n").utf8)
        let sent = unsafe withUnsafePointer(to: &target) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                // Never blocks: a service manager that does not read must not stop the daemon.
                let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                return unsafe sendto(descriptor, message, message.count, flags, address, length)
            }
        }
        guard sent == message.count else { throw Self.failure("send", errno) }
    }

    private static func failure(_ operation: String, _ number: Int32) -> ServiceNotifierError {
        // Safe between threads since glibc 2.32.
        let text = unsafe String(cString: strerror(number))
        return ServiceNotifierError(operation: operation, number: number, message: "\(text) (\(number))")
    }
}
