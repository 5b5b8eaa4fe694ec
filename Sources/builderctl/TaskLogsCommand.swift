import ArgumentParser

/// `builderctl task logs`: the end of a task's log.
struct TaskLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show the end of a task's log, redacted as the journal has it.",
        discussion: """
            The daemon keeps the last lines of the last tasks it saw since its start. The whole log is in the journal: \
            journalctl -u builderd BUILDERD_TASK=<task>.
            """
    )

    @OptionGroup var sockets: SocketOptions
    @OptionGroup var argument: TaskArgument
    @Option(name: [.short, .long], help: ArgumentHelp("Most lines, 1 to 2000.", valueName: "count"))
    var lines = 100

    func validate() throws {
        guard (1...2000).contains(lines) else { throw ValidationError("--lines takes 1 to 2000.") }
    }

    func run() async throws {
        try await sockets.withClient { client in
            try Screen.write(Printable.text(try await client.text("\(argument.path)/log?lines=\(lines)")))
        }
    }
}
