import ArgumentParser
import DaemonCore
import FoundationEssentials

/// `builderctl status`: how the daemon is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show stages, polls and running tasks.",
        discussion: """
            --watch takes the whole terminal and gives it back as it was. Where there is not room for everything, the headline, the \
            stages and the problems come before the tasks. On a dumb terminal, or piped, one look follows the other.
            """
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
        let environment = ProcessEnvironment.current
        let style = Style.detect(environment: environment)
        try await sockets.withClient { client in
            if watch {
                return try await StatusWatch(
                    client: client,
                    interval: .seconds(interval),
                    style: style,
                    isLive: Terminal.isLive(environment: environment)
                ).run()
            }
            let (text, document) = try await client.status()
            if json { return try Screen.write(text) }
            try Screen.write(StatusView(document: document, width: Terminal.width, now: .now).lines, style)
        }
    }
}
