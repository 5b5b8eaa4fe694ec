import ArgumentParser

/// `builderctl resume`: a stage takes tasks again.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Take tasks of a stage again."
    )

    @OptionGroup var sockets: SocketOptions
    @OptionGroup var argument: StageArgument

    func run() async throws { try await argument.change("resume", sockets) }
}
