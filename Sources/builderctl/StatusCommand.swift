import ArgumentParser
import DaemonCore

/// `builderctl status`: how the daemon is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show stages, polls and running tasks."
    )

    @OptionGroup var sockets: SocketOptions
    @Flag(help: "Show it again and again, until Ctrl-C.")
    var watch = false
    @Option(help: ArgumentHelp("Seconds between two looks with --watch, 0.2 to 3600.", valueName: "seconds"))
    var interval = 2.0
    @Flag(help: "The daemon's own JSON, as GET /status of the health socket has it.")
    var json = false

    func validate() throws {
        guard (0.2...3600).contains(interval) else { throw ValidationError("--interval takes 0.2 to 3600 seconds.") }
        if json && watch { throw ValidationError("--json shows one answer: leave --watch out.") }
    }

    func run() async throws {
        let style = Style.detect(environment: ProcessEnvironment.current)
        try await sockets.withClient { client in
            if watch {
                try await watch(client, style)
            } else {
                let (text, document) = try await client.status()
                let view = StatusView(document: document, style: style, width: Screen.width)
                Screen.write(json ? text : view.lines.map { $0 + "\n" }.joined())
            }
        }
    }

    /// A daemon that goes away is said and waited for: it may be restarting. One that was never there is an error.
    private func watch(_ client: DaemonClient, _ style: Style) async throws {
        var isFirst = true
        while true {
            var lines: [String]
            do throws(ClientProblem) {
                let document = try await client.status().document
                lines = StatusView(document: document, style: style, width: Screen.width).lines
            } catch {
                if isFirst || error.status != .unavailable { throw error }
                lines = [style.paint(Printable.line(error.message), .bad), Printable.line(error.next)]
            }
            // Piped, one look follows the other.
            let isPlain = !style.isColoured
            Screen.write(
                isPlain
                    ? (isFirst ? "" : "\n") + lines.map { $0 + "\n" }.joined() : Screen.frame(lines, isFirst: isFirst)
            )
            isFirst = false
            try await Task.sleep(for: .seconds(interval))
        }
    }
}
