import Glibc
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// HTTP/1 over a Unix socket on one event loop of its own: the health socket and the control socket.
///
/// Every connection serves one request without a body and is closed. What a client may take is bounded by `LocalServerLimits`.
package final class LocalServer: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let file: LocalSocketFile
    /// `health` or `control`.
    package let purpose: String
    private let isStopping = Atomic(false)
    private let closed = Latch()

    private init(group: MultiThreadedEventLoopGroup, channel: any Channel, file: LocalSocketFile, purpose: String) {
        self.group = group
        self.channel = channel
        self.file = file
        self.purpose = purpose
        // Not the channel's own future: nobody can be told of it once its event loop is gone.
        let closed = self.closed
        channel.closeFuture.whenComplete { _ in closed.open() }
    }

    /// Serves `service` on a new socket at `path`, mode 0660; its folder is made when it is not there.
    ///
    /// A socket file on which nobody listens is replaced.
    /// - Parameters:
    ///   - purpose: `health` or `control`: the first part of its keys in the configuration, for messages.
    ///   - path: absolute, at most 107 bytes.
    ///   - groupName: name or number of the group that may connect; `nil` leaves the daemon's own.
    ///   - processStart: when the process with a number started; asked at each connection, for `SocketPeer.started`.
    package static func start(
        purpose: String,
        path: String,
        group groupName: String? = nil,
        service: any LocalService,
        limits: LocalServerLimits = LocalServerLimits(),
        processStart: @escaping @Sendable (_ process: Int32) -> UInt64? = { _ in nil },
        logger: Logger
    ) async throws(LocalServerError) -> LocalServer {
        let (descriptor, file) = try LocalSocketFile.bind(path: path, group: groupName, purpose: purpose)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let connections = OpenConnections(limits)
        let bootstrap = ServerBootstrap(group: group)
            // Many at a time, or the kernel's queue of them fills while each is served between two.
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2048))
            // A client that only shuts down its writing side still gets its answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                SocketPeer.of(channel, group: file.groupId, start: processStart).flatMapThrowing { peer in
                    // Those of whom the kernel says nothing share one user's part.
                    let place = connections.enter(channel, user: peer?.user ?? .max)
                    let pipeline = channel.pipeline.syncOperations
                    let gate = RequestGate(limits)
                    try pipeline.addHandler(gate)
                    try pipeline.addHandler(HTTPResponseEncoder())
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
                    let connection = LocalConnection(
                        service: service,
                        limits: limits,
                        peer: peer,
                        gate: gate,
                        connections: connections,
                        place: place
                    )
                    try pipeline.addHandler(connection)
                }
            }
        do {
            // Closes the descriptor when it fails.
            let channel = try await bootstrap.withBoundSocket(descriptor).get()
            // Anew, as NIO listens with a backlog of its own.
            guard listen(descriptor, limits.backlog) == 0 else {
                let number = errno
                try? await channel.close()
                throw IOError(errnoCode: number, reason: "listen")
            }
            logger.info(
                "\(purpose) socket at \(path) for root, this user and the group \(SocketGroup.name(of: file.groupId))"
            )
            return LocalServer(group: group, channel: channel, file: file, purpose: purpose)
        } catch {
            file.remove()
            try? await group.shutdownGracefully()
            throw LocalServerError(code: .system, message: "cannot listen on \(path): \(error)", next: "report this")
        }
    }

    /// Waits until the server has been stopped.
    ///
    /// - Throws: `closed` when it ended by itself: then the daemon must not go on as if it could be asked.
    package func waitUntilClosed() async throws(LocalServerError) {
        await closed.wait()
        guard isStopping.load(ordering: .acquiring) else {
            throw LocalServerError(
                code: .closed,
                message: "the \(purpose) socket has closed although nobody stopped it",
                next:
                    "restart the service if systemd has not, and report this with the log if it happens again"
            )
        }
    }

    /// Stops listening, closes what is open, and removes the file. Once.
    package func stop() async {
        guard !isStopping.exchange(true, ordering: .acquiringAndReleasing) else { return }
        file.remove()
        try? await channel.close()
        try? await group.shutdownGracefully()
    }
}
