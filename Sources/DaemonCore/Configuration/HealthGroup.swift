import Logging
import Observability

/// The health socket's group where `health.group` names none.
enum HealthGroup {
    /// Made by the package for those who may ask how builderd is and no more, builderd's user being a member.
    static let name = "builderd-health"

    /// `name` where the machine has it and this process may give it the socket; else `nil`, which leaves the daemon's own group, and a line
    /// that says why.
    static func standard(logger: Logger) -> String? {
        let obstacle: String
        do throws(LocalServerError) {
            switch try SocketGroup.number(of: name) {
            case nil: obstacle = "there is no group \(name)"
            case .some(let number) where SocketOwner.process.mayGive(to: number): return name
            case .some: obstacle = "user \(SocketOwner.process.name) is not in the group \(name)"
            }
        } catch {
            obstacle = error.message
        }
        logger.notice("\(obstacle), so the health socket stays with this user's own group")
        return nil
    }
}
