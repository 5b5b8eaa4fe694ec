import Logging
import Observability
import ServiceLifecycle
import Synchronization

/// Keeps a socket for as long as the daemon works, and keeps the daemon from working without it.
///
/// A listener that closes by itself drains the daemon: nobody could see any more what it does, or tell it anything, but what it has taken ends as it
/// would at a SIGTERM. Once the workers have drained, `loss` says why the daemon has to fail, so that systemd starts it again.
final class SocketWatch: Service {
    private let server: LocalServer
    private let logger: Logger
    /// Called once, when the listener has closed by itself.
    private let drain: @Sendable () async -> Void
    private let lost = Mutex<LocalServerError?>(nil)

    /// A watch over a server that listens.
    init(_ server: LocalServer, logger: Logger, drain: @escaping @Sendable () async -> Void) {
        self.server = server
        self.logger = logger
        self.drain = drain
    }

    /// Why the listener is gone, if nobody stopped it.
    var loss: LocalServerError? { lost.withLock { $0 } }

    /// Returns when the server has stopped: because the group shuts down, or by itself.
    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Throws when it is cancelled, which is the same to a server that is to stop.
                try? await gracefulShutdown()
                await self.server.stop()
            }
            do throws(LocalServerError) {
                try await server.waitUntilClosed()
            } catch {
                lost.withLock { $0 = error }
                logger.critical("\(error): draining, and ending with an error")
                await drain()
            }
            group.cancelAll()
        }
    }
}
