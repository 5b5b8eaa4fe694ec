import ArgumentParser
import DaemonCore

/// Where the daemon's sockets are; shared by every subcommand that asks it something.
struct SocketOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The health socket. Default: BUILDERD_HEALTH_SOCKET, else /run/builderd/health.sock.",
            valueName: "path"
        ),
        completion: .file()
    )
    var healthSocket: String?

    @Option(
        help: ArgumentHelp(
            "The control socket. Default: BUILDERD_CONTROL_SOCKET, else /run/builderd/control.sock.",
            valueName: "path"
        ),
        completion: .file()
    )
    var controlSocket: String?

    /// Runs `body` with a client of these sockets; what goes wrong is told on standard error with what to do, and ends the process.
    func withClient<Result: Sendable>(_ body: (DaemonClient) async throws -> Result) async throws -> Result {
        let environment = ProcessEnvironment.current
        do {
            let client = try DaemonClient(
                health: healthSocket ?? environment["BUILDERD_HEALTH_SOCKET"] ?? "/run/builderd/health.sock",
                control: controlSocket ?? environment["BUILDERD_CONTROL_SOCKET"] ?? "/run/builderd/control.sock"
            )
            let result = try await body(client)
            await client.close()
            return result
        } catch let problem as ClientProblem {
            throw problem.told()
        }
    }
}
