import ArgumentParser
import DaemonCore
import FoundationEssentials

/// `builderctl tasks`: the running tasks, and those that have ended.
struct TasksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks",
        abstract: "List the running tasks, or those that have ended."
    )

    @OptionGroup var sockets: SocketOptions
    @Option(help: ArgumentHelp("The last tasks that have ended instead, newest first.", valueName: "count"))
    var ended: Int?
    @Flag(help: "JSON.")
    var json = false

    func validate() throws {
        if let ended, !(1...1000).contains(ended) { throw ValidationError("--ended takes 1 to 1000.") }
    }

    func run() async throws {
        let style = Style.detect(environment: ProcessEnvironment.current)
        try await sockets.withClient { client in
            if let ended {
                let path = "/tasks?ended=\(ended)"
                let (text, tasks) = try await client.document([EndedTaskDocument].self, "GET", path)
                if json { return try Screen.write(text) }
                try Screen.write(Self.list(tasks), style)
            } else {
                let document = try await client.status().document
                if json { return try Screen.write(Self.json(document)) }
                try Screen.write(Self.list(document), style)
            }
        }
    }

    private static func list(_ document: StatusDocument) -> [StyledLine] {
        let lines = TaskTable(document).lines(width: Terminal.width)
        return lines.isEmpty ? [StyledLine("no task runs")] : lines
    }

    private static func list(_ tasks: [EndedTaskDocument]) -> [StyledLine] {
        var table = Table("TASK", .init("STAGE", rank: 2), .init("CLOSED", rank: 1), "ENDING")
        for task in tasks {
            let isGood = task.ending == "reported success"
            table.add(
                .init(task.task ?? task.claim, .strong),
                .init(task.stage),
                .init(task.closed),
                .init(task.ending, isGood ? .good : .caution)
            )
        }
        return table.isEmpty ? [StyledLine("no task has ended yet")] : table.lines(width: Terminal.width)
    }

    private static func json(_ document: StatusDocument) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let tasks = document.stages.flatMap { stage in stage.tasks.map { Listed(stage: stage.stage, task: $0) } }
        return String(decoding: try encoder.encode(tasks), as: UTF8.self) + "\n"
    }

    /// A task of `/status` with its stage.
    private struct Listed: Encodable {
        var stage: String
        var task: StatusDocument.Task

        func encode(to encoder: any Encoder) throws {
            try task.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(stage, forKey: .stage)
        }

        private enum Key: CodingKey { case stage }
    }
}
