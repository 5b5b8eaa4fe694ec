import FoundationEssentials

/// Who somebody was when they logged in, whatever sudo has made of them since: the audit system's login user id, which a process has from
/// its parent and no user can change once it is set.
enum LoginUser {
    /// What the kernel says where nobody has logged in, as for services: -1 as an unsigned number.
    private static let unset = UInt32.max

    /// The login user of a process; `nil` where there is none, the kernel keeps none, or the process is gone.
    static func of(_ process: Int32) -> UInt32? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/loginuid", encoding: .utf8) else { return nil }
        return UInt32(text).flatMap { $0 == unset ? nil : $0 }
    }
}
