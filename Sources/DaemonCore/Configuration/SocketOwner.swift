import Glibc
import Observability

/// Whose sockets are given to groups, and to which they can be: chown(2) lets a file's owner name a group that it is in, and root any.
struct SocketOwner: Sendable, Hashable {
    /// The package's user, where no unit names one.
    private static let standardUser = "builderd"

    /// The user's name.
    let name: String
    /// The groups; `nil` for all.
    let groups: Set<UInt32>?

    /// Whether a socket can be given to the group.
    func mayGive(to group: UInt32) -> Bool { groups?.contains(group) ?? true }

    /// This process: what a daemon goes by.
    static var process: SocketOwner {
        let name = UserName.of(geteuid()) ?? String(geteuid())
        if geteuid() == 0 { return SocketOwner(name: name, groups: nil) }
        let count = max(0, getgroups(0, nil))
        var groups = [gid_t](repeating: 0, count: Int(count))
        let filled = count > 0 ? unsafe getgroups(count, &groups) : 0
        return SocketOwner(name: name, groups: Set(groups.prefix(Int(max(0, filled))) + [getegid()]))
    }

    /// The service's user where this machine has one, else this process: what a check goes by, as it is made for the service by whoever
    /// makes it.
    ///
    /// - Parameter environment: its `PATH` finds `systemctl`.
    static func service(_ environment: [String: String]) async -> SocketOwner {
        let unit = try? await ServiceUnit.ask(searchPath: environment["PATH"] ?? ToolSearchPath.fallback)
        return service(unit.flatMap { $0.isLoaded ? $0 : nil })
    }

    /// The user of this unit; of none, the package's.
    static func service(_ unit: ServiceUnit?) -> SocketOwner {
        let user = unit.map { $0.user ?? "root" } ?? standardUser
        guard let account = UserAccount.named(user) else { return .process }
        if account.number == 0 { return SocketOwner(name: account.name, groups: nil) }
        let named = (unit?.supplementaryGroups ?? []).compactMap(number)
        return SocketOwner(
            name: account.name,
            groups: account.groups(with: unit?.group.flatMap(number)).union(named)
        )
    }

    private static func number(_ group: String) -> UInt32? { (try? SocketGroup.number(of: group)) ?? nil }
}
