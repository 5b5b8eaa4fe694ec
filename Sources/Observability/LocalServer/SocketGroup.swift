import Glibc

/// Groups of this machine, as far as sockets are given to them.
package enum SocketGroup {
    /// One question to the group database with a buffer of this size: `getgrnam_r`'s code, and the group's number where it has one.
    package typealias Call = (_ name: String, _ byteCount: Int) -> (code: Int32, number: UInt32?)

    /// The largest buffer that a group's members may need: 16 MiB.
    private static let mostBytes = 16 << 20

    /// The number of the group that `name`, a name or a number, means; `nil` where there is none.
    ///
    /// - Throws: `lookup` when the group database did not answer, which says nothing of the group: a directory's service may be away.
    package static func number(of name: String, ask: Call = ask) throws(LocalServerError) -> UInt32? {
        if let number = gid_t(name) { return number }
        var byteCount = 16 * 1024
        while true {
            let (code, number) = ask(name, byteCount)
            switch code {
            case 0: return number
            case EINTR: continue
            // The group has more members than there is room for.
            case ERANGE where byteCount < mostBytes: byteCount *= 4
            default:
                throw LocalServerError(
                    code: .lookup,
                    message: "the group \(name) cannot be looked up: \(unsafe String(cString: strerror(code)))",
                    next: "see what /etc/nsswitch.conf has groups from, and whether that runs: getent group \(name)"
                )
            }
        }
    }

    /// Asks the machine's group database.
    package static func ask(_ name: String, _ byteCount: Int) -> (code: Int32, number: UInt32?) {
        var record = unsafe group()
        var found: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: byteCount)
        let code = unsafe getgrnam_r(name, &record, &buffer, buffer.count, &found)
        return (code, unsafe found == nil ? nil : unsafe record.gr_gid)
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
}
