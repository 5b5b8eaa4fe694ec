import Glibc
import ToolSupervisor

/// Who this process is to Terraform's locks, and since which boot.
package struct HostIdentity: Sendable, Hashable {
    /// `user@host`, as Terraform writes it into a lock.
    package var who: String
    /// `/proc/sys/kernel/random/boot_id`.
    package var boot: String

    /// When that was, milliseconds since 1970: nothing that ran before it took a lock after it.
    package var bootedMilliseconds: Int64

    /// An identity of these parts.
    package init(who: String, boot: String, bootedMilliseconds: Int64) {
        self.who = who
        self.boot = boot
        self.bootedMilliseconds = bootedMilliseconds
    }

    /// This process's own. Its tools run as the same user.
    package static func current() -> HostIdentity {
        HostIdentity(
            who: "\(userName())@\(hostName())",
            boot: StartRecord.currentBootId(),
            bootedMilliseconds: milliseconds(CLOCK_REALTIME) - milliseconds(CLOCK_BOOTTIME)
        )
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // Cannot fail: both clocks exist on every Linux since 2.6.39, and the pointer is valid.
        _ = unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// By `/etc/passwd`; empty where that does not have the user, as tools get no `USER` to go by.
    private static func userName() -> String {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        guard unsafe getpwuid_r(getuid(), &entry, &buffer, buffer.count, &found) == 0, unsafe found != nil else {
            return ""
        }
        guard let name = unsafe entry.pw_name else { return "" }
        return unsafe String(cString: name)
    }

    private static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
