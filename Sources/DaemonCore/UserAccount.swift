import Glibc

/// A user of this machine, as its user database has it.
package struct UserAccount: Sendable, Hashable {
    /// The name.
    let name: String
    /// The number.
    let number: UInt32
    /// The primary group.
    let group: UInt32
    /// The home folder.
    let home: String

    /// The user that `name`, a name or a number as `User=` takes it, means; `nil` where there is none or the database does not answer.
    package static func named(_ name: String) -> UserAccount? {
        var record = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        let code =
            if let number = uid_t(name) {
                unsafe getpwuid_r(number, &record, &buffer, buffer.count, &found)
            } else {
                unsafe getpwnam_r(name, &record, &buffer, buffer.count, &found)
            }
        guard code == 0, unsafe found != nil else { return nil }
        return unsafe UserAccount(
            name: String(cString: record.pw_name),
            number: record.pw_uid,
            group: record.pw_gid,
            home: String(cString: record.pw_dir)
        )
    }

    /// The groups that the user is a member of, and `group`.
    ///
    /// - Parameter group: the primary group of a process of it; `nil` for the user's own.
    func groups(with group: UInt32? = nil) -> Set<UInt32> {
        var count: Int32 = 64
        while true {
            var numbers = [gid_t](repeating: 0, count: Int(count))
            if unsafe getgrouplist(name, group ?? self.group, &numbers, &count) >= 0 {
                return Set(numbers.prefix(Int(count)))
            }
            // It has said in `count` how many there are.
            guard count > numbers.count else { return [group ?? self.group] }
        }
    }
}
