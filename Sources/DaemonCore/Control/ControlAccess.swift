import Observability
import ToolSupervisor

/// Who may use the control socket. The socket's mode says so first; this says it again by what the kernel knows of the peer, so that a
/// mode that somebody has widened opens nothing, and so that no tool may: tools run under the daemon's own user, and whoever can pause
/// stages and cancel tasks decides on other people's releases. (The health socket only tells what is no secret: it makes no such
/// difference, and systemd's reload, which is in the unit's cgroup as tools are, needs none.)
struct ControlAccess: Sendable {
    /// What becomes of a peer.
    enum Verdict: Sendable, Hashable {
        /// Root, the daemon's user, or a member of the socket's group, and no tool.
        case admitted
        /// None of them.
        case stranger
        /// A tool, whoever it runs as.
        case tool(ToolTrace.Tool)
        /// The daemon's user, but the process is gone or cannot be looked at, so it may be a tool.
        case unclear
    }

    /// The daemon's user.
    let user: UInt32
    /// Name of the group whose members may, for messages.
    let group: String
    /// Where a peer's process comes from.
    let origin: @Sendable (SocketPeer) -> ToolTrace.Origin

    /// What becomes of `peer`.
    func verdict(on peer: SocketPeer?) -> Verdict {
        guard let peer, peer.user == 0 || peer.user == user || peer.isMember else { return .stranger }
        switch origin(peer) {
        case .tool(let tool): return .tool(tool)
        case .elsewhere: return .admitted
        // Nobody else's process can be a tool: a tool gains no other user's rights (NoNewPrivileges=).
        case .unknown: return peer.user == user ? .unclear : .admitted
        }
    }

    /// Who that is, for logs: `user alice (uid 1000, process 4711)`, or, of somebody who has become another user since the login,
    /// `user alice as root (uid 0, process 4711)`.
    ///
    /// - Parameter login: the user that a process was logged in as.
    static func name(of peer: SocketPeer?, login: (_ process: Int32) -> UInt32? = LoginUser.of) -> String {
        guard let peer else { return "an unknown user" }
        let name = UserName.of(peer.user).map { $0 + " " } ?? ""
        let other = login(peer.process).flatMap { $0 == peer.user ? nil : $0 }
        let from = other.map { "\(UserName.of($0) ?? "\($0)") as " } ?? ""
        return "user \(from)\(name)(uid \(peer.user), process \(peer.process))"
    }
}
