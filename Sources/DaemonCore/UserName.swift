import Glibc

/// Names of this machine's users.
enum UserName {
    /// The name of a user; `nil` where it has none.
    static func of(_ number: UInt32) -> String? {
        var record = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        let code = unsafe getpwuid_r(number, &record, &buffer, buffer.count, &found)
        guard code == 0, unsafe found != nil else { return nil }
        return unsafe String(cString: record.pw_name)
    }
}
