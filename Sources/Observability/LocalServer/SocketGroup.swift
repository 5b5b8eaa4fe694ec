import Glibc

/// Groups of this machine, as far as sockets are given to them.
package enum SocketGroup {
    /// The number of the group that `name`, a name or a number, means; `nil` where there is none.
    package static func number(of name: String) -> UInt32? {
        if let number = gid_t(name) { return number }
        var record = unsafe group()
        var found: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: 64 * 1024)
        let code = unsafe getgrnam_r(name, &record, &buffer, buffer.count, &found)
        guard code == 0, unsafe found != nil else { return nil }
        return unsafe record.gr_gid
    }

    /// The name of a group; its number in digits where it has none.
    package static func name(of number: UInt32) -> String {
        var record = unsafe group()
        var found: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: 64 * 1024)
        let code = unsafe getgrgid_r(number, &record, &buffer, buffer.count, &found)
        guard code == 0, unsafe found != nil else { return String(number) }
        return unsafe String(cString: record.gr_name)
    }

    /// Whether this process may give a file of its own to the group (chown(2)): one that it is in, or as root any.
    package static func mayBeGiven(_ number: UInt32) -> Bool {
        if geteuid() == 0 || getegid() == number { return true }
        let count = getgroups(0, nil)
        guard count > 0 else { return false }
        var groups = [gid_t](repeating: 0, count: Int(count))
        let filled = unsafe getgroups(count, &groups)
        return filled > 0 && groups.prefix(Int(filled)).contains(number)
    }
}
