import CLinux
import Glibc

/// One process as /proc shows it. Number and start time together name it for as long as the machine runs.
struct ProcessIdentity: Sendable, Hashable {
    var pid: Int32
    /// Clock ticks after boot, field 22 of `/proc/<pid>/stat`.
    var startTime: UInt64
    var parent: Int32
    var session: Int32
    /// Whether it has exited already and only waits to be reaped.
    var isZombie: Bool

    /// The process with this number now, or `nil`.
    static func read(_ pid: Int32) -> ProcessIdentity? {
        guard let bytes = try? PrivateFile.read("/proc/\(pid)/stat") else { return nil }
        // The name, in parentheses, may hold anything: fields begin after its last ")".
        guard let close = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = bytes[(close + 1)...].split(separator: UInt8(ascii: " ")).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard fields.count > 19, let parent = Int32(fields[1]), let session = Int32(fields[3]),
            let start = UInt64(fields[19])
        else { return nil }
        let isZombie = fields[0] == "Z" || fields[0] == "X"
        return ProcessIdentity(pid: pid, startTime: start, parent: parent, session: session, isZombie: isZombie)
    }

    /// Whether `other` is this same process, later.
    func isSame(as other: ProcessIdentity) -> Bool { pid == other.pid && startTime == other.startTime }

    /// Signals exactly this process; nothing when it has gone.
    func send(signal: Int32) {
        let descriptor = clinux_pidfd_open(pid)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Checked after the pidfd is open: the number may have been given to another process before.
        guard let now = ProcessIdentity.read(pid), now.isSame(as: self) else { return }
        _ = clinux_pidfd_send_signal(descriptor, signal)
    }
}
