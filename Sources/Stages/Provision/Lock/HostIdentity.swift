import Glibc
import ToolSupervisor

/// Who this process is to Terraform's locks, and since which boot.
package struct HostIdentity: Sendable, Hashable {
    /// `user@host`, as Terraform writes it into a lock.
    package var who: String
    /// `/proc/sys/kernel/random/boot_id`.
    package var boot: String

    /// An identity of these parts.
    package init(who: String, boot: String) {
        self.who = who
        self.boot = boot
    }

    /// This process's own. Its tools run as the same user.
    package static func current() -> HostIdentity {
        HostIdentity(who: "\(userName())@\(hostName())", boot: StartRecord.currentBootId())
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
