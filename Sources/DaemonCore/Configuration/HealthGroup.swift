import Observability

/// The health socket's group where `health.group` names none.
enum HealthGroup {
    /// Made by the package for those who may ask how builderd is and no more, builderd's user being a member.
    static let name = "builderd-health"

    /// `name` where the machine has it and this process may give it the socket; else `nil`, which leaves the daemon's own group.
    static var standard: String? {
        SocketGroup.number(of: name).map(SocketGroup.mayBeGiven) == true ? name : nil
    }
}
