import Observability

extension ConfigurationReading {
    /// The keys that give a socket to a group.
    static let groupKeys = ["health.group", "control.group"]

    /// A socket can be given only to a group that is there and that its owner is in: else the next start would fail.
    mutating func requireGroups(of owner: SocketOwner) {
        for name in Self.groupKeys {
            guard let group = values[name], let key = ConfigurationKey.all.first(where: { $0.name == name }) else {
                continue
            }
            let allowed = "a group that builderd's user, here \(owner.name), is in"
            do throws(LocalServerError) {
                guard let number = try SocketGroup.number(of: group, ask: askForGroup) else {
                    report(
                        key,
                        found: "\(group), which is no group of this machine",
                        allowed: allowed,
                        next: "Make it (groupadd --system \(group)) with builderd's user in it, or leave \(name) out."
                    )
                    continue
                }
                guard !owner.mayGive(to: number) else { continue }
                report(
                    key,
                    found: "\(group), which user \(owner.name) is not in",
                    allowed: allowed,
                    next:
                        "Make it a member (usermod --append --groups \(group) \(owner.name)) and restart builderd, or name the "
                        + "group in SupplementaryGroups= of its unit, which counts within the unit alone."
                )
            } catch {
                report(
                    key,
                    found: error.message,
                    allowed: allowed,
                    next: "Try again; \(error.next).",
                    isPassing: true
                )
            }
        }
    }
}
