import Glibc
import Observability

/// Who may use the control socket. The socket's mode says so first; this says it again by what the kernel knows of the peer, so that a
/// mode that somebody has widened opens nothing.
struct ControlAccess: Sendable {
    /// The daemon's user.
    let user: UInt32

    /// Root, the daemon's user, and members of the socket's group.
    func admits(_ peer: SocketPeer?) -> Bool {
        guard let peer else { return false }
        return peer.user == 0 || peer.user == user || peer.isMember
    }

    /// Who that is, for logs: `user alice (uid 1000, process 4711)`.
    static func name(of peer: SocketPeer?) -> String {
        guard let peer else { return "an unknown user" }
        var record = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        let code = unsafe getpwuid_r(peer.user, &record, &buffer, buffer.count, &found)
        let isKnown = unsafe code == 0 && found != nil
        let name = isKnown ? unsafe String(cString: record.pw_name) + " " : ""
        return "user \(name)(uid \(peer.user), process \(peer.process))"
    }
}
