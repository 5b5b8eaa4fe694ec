import ArgumentParser
import DaemonCore

/// Where the daemon's sockets are; shared by every subcommand that asks it something.
struct SocketOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The health socket. Default: BUILDERD_HEALTH_SOCKET, else health.socket of the configuration file.",
            valueName: "path"
        ),
        completion: .file()
    )
    var healthSocket: String?

    @Option(
        help: ArgumentHelp(
            "The control socket. Default: BUILDERD_CONTROL_SOCKET, else control.socket of the configuration file.",
            valueName: "path"
        ),
        completion: .file()
    )
    var controlSocket: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The configuration file that names the sockets. Default: /etc/builderd/builderd.yaml, where it can be read.",
            valueName: "path"
        ),
        completion: .file(extensions: ["yaml"])
    )
    var config: String?

    /// Runs `body` with a client of these sockets; what goes wrong is told on standard error with what to do, and ends the process.
    func withClient<Result: Sendable>(_ body: (DaemonClient) async throws -> Result) async throws -> Result {
        try await ClientProblem.telling {
            let paths = try paths()
            let client = try DaemonClient(health: healthSocket ?? paths.health, control: controlSocket ?? paths.control)
            let result = try await body(client)
            await client.close()
            return result
        }
    }

    private func paths() throws(ClientProblem) -> SocketPaths {
        let environment = ProcessEnvironment.current
        do {
            return try SocketPaths(file: config ?? ServiceEnvironment.configurationFile, environment: environment)
        } catch {
            // The file that nobody named need not be there, and may be root's.
            guard config != nil else { return SocketPaths(environment: environment) }
            throw ClientProblem(
                status: .configuration,
                message: error.description,
                next: "The sockets can also be named themselves, with --health-socket and --control-socket."
            )
        }
    }
}
