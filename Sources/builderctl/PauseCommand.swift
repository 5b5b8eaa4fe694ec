import ArgumentParser

/// `builderctl pause`: a stage takes no further tasks on this host.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Take no further tasks of a stage, until it is resumed; kept over restarts.",
        discussion: "Running tasks go on. A poll that is open is not aborted and can still bring a task for 60 s."
    )

    @OptionGroup var sockets: SocketOptions
    @OptionGroup var argument: StageArgument

    func run() async throws { try await argument.change("pause", sockets) }
}
