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
                Screen.write(json ? text : Self.list(tasks, style))
            } else {
                let document = try await client.status().document
                Screen.write(json ? try Self.json(document) : Self.list(document, style))
            }
        }
    }

    private static func list(_ document: StatusDocument, _ style: Style) -> String {
        let lines = TaskTable(document).lines(style, width: Screen.width)
        return lines.isEmpty ? "no task runs\n" : lines.map { $0 + "\n" }.joined()
    }

    private static func list(_ tasks: [EndedTaskDocument], _ style: Style) -> String {
        var table = Table("TASK", "STAGE", "CLOSED", "ENDING")
        for task in tasks {
            let isGood = task.ending == "reported success"
            table.add(
                .init(task.task ?? task.claim, .strong),
                .init(task.stage),
                .init(task.closed),
                .init(task.ending, isGood ? .good : .caution)
            )
        }
        let lines = table.isEmpty ? ["no task has ended yet"] : table.lines(style, width: Screen.width)
        return lines.map { $0 + "\n" }.joined()
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
