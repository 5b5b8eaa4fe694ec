import Glibc
import Logging
import Observability
import ToolSupervisor

extension Daemon {
    /// The health socket and the control socket, both listening.
    ///
    /// - Parameters:
    ///   - trace: tells tools from other processes.
    ///   - refusals: told of who is refused at the control socket.
    func startServers(
        health: DaemonHealth,
        control: DaemonControl,
        _ trace: ToolTrace,
        _ refusals: RefusalLog,
        _ logger: Logger
    ) async throws(DaemonStartError) -> [LocalServer] {
        let healthServer = try await startServer(
            "health",
            path: configuration.healthSocket,
            group: configuration.healthGroup ?? HealthGroup.standard(logger: logger),
            HealthService(health),
            logger
        )
        let access = ControlAccess(
            user: geteuid(),
            group: configuration.controlGroup ?? SocketGroup.name(of: getegid()),
            origin: { trace.origin(of: $0.process, started: $0.started, user: $0.user) }
        )
        let service = ControlService(target: control, access: access, refusals: refusals, logger: logger)
        do throws(DaemonStartError) {
            let controlServer = try await startServer(
                "control",
                path: configuration.controlSocket,
                group: configuration.controlGroup,
                service,
                logger
            )
            return [healthServer, controlServer]
        } catch {
            await healthServer.stop()
            throw error
        }
    }

    private func startServer(
        _ purpose: String,
        path: String,
        group: String?,
        _ service: any LocalService,
        _ logger: Logger
    ) async throws(DaemonStartError) -> LocalServer {
        do {
            return try await LocalServer.start(
                purpose: purpose,
                path: path,
                group: group,
                service: service,
                processStart: ToolTrace.start,
                logger: logger
            )
        } catch {
            throw DaemonStartError(
                "The \(purpose) socket cannot be served: \(error).",
                exitCode: error.code == .path || error.code == .group ? 78 : 1
            )
        }
    }
}
