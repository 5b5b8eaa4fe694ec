package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The health socket: HTTP/1 over a Unix socket on one event loop of its own.
///
/// `GET` and `HEAD` of `/livez`, `/readyz`, `/status` and `/metrics`; every connection serves one request and is closed.
/// What a client may take is bounded by `HealthLimits`.
package final class HealthServer: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let file: HealthSocketFile
    private let isStopping = Atomic(false)
    private let closed = Latch()

    private init(group: MultiThreadedEventLoopGroup, channel: any Channel, file: HealthSocketFile) {
        self.group = group
        self.channel = channel
        self.file = file
        // Not the channel's own future: nobody can be told of it once its event loop is gone.
        let closed = self.closed
        channel.closeFuture.whenComplete { _ in closed.open() }
    }

    /// Serves `source` on a new socket at `path`, mode 0660; its folder is made when it is not there.
    ///
    /// A socket file on which nobody listens is replaced.
    /// - Parameters:
    ///   - path: absolute, at most 107 bytes.
    ///   - groupName: name or number of the group that may connect; `nil` leaves the daemon's own.
    package static func start(
        path: String,
        group groupName: String? = nil,
        source: any HealthSource,
        limits: HealthLimits = HealthLimits(),
        logger: Logger
    ) async throws(HealthServerError) -> HealthServer {
        let (descriptor, file) = try HealthSocketFile.bind(path: path, group: groupName)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let open = ConnectionCount()
        let bootstrap = ServerBootstrap(group: group)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2048))
            // A client that only shuts down its writing side still gets its answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                guard open.enter(limits.connections) else {
                    let response = HealthResponse(status: .serviceUnavailable, body: "too many connections\n")
                    return channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Refusal(response.bytes))
                    }
                }
                channel.closeFuture.whenComplete { _ in open.leave() }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(RequestLimiter(bytes: limits.requestBytes))
                    try pipeline.addHandler(HTTPResponseEncoder())
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
                    try pipeline.addHandler(HealthConnection(source: source, limits: limits))
                }
            }
        do {
            // Closes the descriptor when it fails.
            let channel = try await bootstrap.withBoundSocket(descriptor).get()
            logger.info("health socket at \(path)")
            return HealthServer(group: group, channel: channel, file: file)
        } catch {
            file.remove()
            try? await group.shutdownGracefully()
            throw HealthServerError(code: .system, message: "cannot listen on \(path): \(error)", next: "report this")
        }
    }

    /// Waits until the server has been stopped.
    ///
    /// - Throws: `closed` when it ended by itself: then the daemon must not go on as if it could be asked.
    package func waitUntilClosed() async throws(HealthServerError) {
        await closed.wait()
        guard isStopping.load(ordering: .acquiring) else {
            throw HealthServerError(
                code: .closed,
                message: "the health socket has closed although nobody stopped it",
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
