import ArgumentParser
import DaemonCore

/// `builderctl drain`: the host takes no further tasks and finishes those it has.
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Pause every stage, and wait until no poll is open and no task runs.",
        discussion: """
            builderd stays up, and paused over restarts, until `builderctl resume all`: the host can be worked on or taken away. \
            To end builderd instead, `systemctl stop builderd` waits for the tasks too.
            """
    )

    @OptionGroup var sockets: SocketOptions
    @Flag(help: "Do not wait.")
    var noWait = false
    @Option(help: ArgumentHelp("Most seconds to wait; exit status 1 when tasks still run then.", valueName: "seconds"))
    var timeout: Int?

    func run() async throws {
        try await sockets.withClient { client in
            _ = try await client.document(StagesDocument.self, "POST", "/stages/all/pause")
            if noWait { return try Screen.write("every stage is paused\n") }
            try await wait(client)
        }
    }

    /// `1 poll`, `2 polls`.
    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private func wait(_ client: DaemonClient) async throws {
        let deadline = timeout.map { ContinuousClock.now + .seconds($0) }
        var told = ""
        while true {
            let stages = try await client.status().document.stages
            let (polls, tasks) = (stages.reduce(0) { $0 + $1.openPolls }, stages.reduce(0) { $0 + $1.tasks.count })
            if polls == 0 && tasks == 0 {
                return try Screen.write("drained: every stage is paused, no poll is open, no task runs\n")
            }
            let left = [Self.count(polls, "open poll") + ", at most 70 s", Self.count(tasks, "running task")]
            let text = "waiting for \(left.joined(separator: ", and "))\n"
            if text != told { try Screen.write(text) }
            told = text
            if let deadline, ContinuousClock.now >= deadline {
                throw ClientProblem(
                    status: .failed,
                    message:
                        "after \(timeout ?? 0) s \(Self.count(tasks, "task")) and \(Self.count(polls, "poll")) are left; every stage stays paused",
                    next: "Wait again, look at them (builderctl tasks), or undo it (builderctl resume all)."
                )
            }
            try await Task.sleep(for: .seconds(1))
        }
    }
}
