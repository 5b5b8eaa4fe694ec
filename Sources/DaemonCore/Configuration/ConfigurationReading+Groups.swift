import Glibc
import Observability

extension ConfigurationReading {
    /// A socket can be given only to a group that is there and that the daemon is in: else the next start would fail.
    mutating func requireGroups() {
        let user = UserName.of(geteuid()) ?? String(geteuid())
        for purpose in ["health", "control"] {
            let name = "\(purpose).group"
            guard let group = values[name], let key = ConfigurationKey.all.first(where: { $0.name == name }) else {
                continue
            }
            guard let number = SocketGroup.number(of: group) else {
                report(
                    key,
                    found: "\(group), which is no group of this machine",
                    allowed: "a group that this process's user is in",
                    next: "Make it (groupadd --system \(group)) with builderd's user in it, or leave \(name) out."
                )
                continue
            }
            guard !SocketGroup.mayBeGiven(number) else { continue }
            report(
                key,
                found: "\(group), which user \(user) is not in",
                allowed: "a group that this process's user is in",
                next:
                    "Make it a member (usermod --append --groups \(group) \(user)) and restart builderd, or name the group in "
                    + "SupplementaryGroups= of its unit, which counts within the unit alone."
            )
        }
    }
}
