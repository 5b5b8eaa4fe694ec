import NIOCore

/// Who connected to a Unix socket, as the kernel recorded it at that moment: nothing the client says counts.
package struct SocketPeer: Sendable, Hashable {
    /// Its process.
    package var process: Int32
    /// When it started, as the server read it at the connection: what tells it from another that is given its number later. `nil` where it
    /// was gone already, or the server does not look.
    package var started: UInt64?
    /// Its effective user.
    package var user: UInt32
    /// Whether its effective group or one of its supplementary groups is the socket's own.
    package var isMember: Bool

    /// A peer of these parts.
    package init(process: Int32, started: UInt64? = nil, user: UInt32, isMember: Bool) {
        self.process = process
        self.started = started
        self.user = user
        self.isMember = isMember
    }

    /// Asks the kernel about `channel`'s other end, on the channel's event loop.
    ///
    /// - Parameters:
    ///   - group: the socket's own.
    ///   - start: when the process with a number started.
    static func of(
        _ channel: any Channel,
        group: UInt32,
        start: @escaping @Sendable (_ process: Int32) -> UInt64?
    ) -> EventLoopFuture<SocketPeer?> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(nil)
        }
        let credentials: EventLoopFuture<Credentials> = socket.unsafeGetSocketOption(
            level: .socket,
            name: Credentials.option
        )
        let groups: EventLoopFuture<Groups> = socket.unsafeGetSocketOption(level: .socket, name: Groups.option)
        // More groups than there is room for is an error of this one option: then only the effective group counts.
        return credentials.and(groups.map { $0.all }.recover { _ in [] }).map { credentials, groups in
            SocketPeer(
                process: credentials.process,
                started: start(credentials.process),
                user: credentials.user,
                isMember: credentials.group == group || groups.contains(group)
            )
        }.recover { _ in nil }
    }

    /// `struct ucred`, which Swift's Glibc hides (unix(7)).
    private struct Credentials: Sendable {
        /// `SO_PEERCRED` of Linux on x86-64 and arm64 (asm-generic/socket.h).
        static let option = NIOBSDSocket.Option(rawValue: 17)

        var process: Int32
        var user: UInt32
        var group: UInt32
    }

    /// `gid_t[]`: what the kernel does not fill stays 0, which is root's group and counts for nobody.
    private struct Groups: Sendable {
        /// `SO_PEERGROUPS` (asm-generic/socket.h, Linux 4.13).
        static let option = NIOBSDSocket.Option(rawValue: 59)

        var numbers: InlineArray<256, UInt32>

        var all: Set<UInt32> { Set(numbers.indices.map { numbers[$0] }.filter { $0 != 0 }) }
    }
}
