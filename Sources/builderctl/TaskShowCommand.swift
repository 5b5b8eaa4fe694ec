import ArgumentParser
import DaemonCore

/// `builderctl task show`: everything about one task that is no secret.
struct TaskShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a task's execution, lease, steps and tools, or how it ended."
    )

    @OptionGroup var sockets: SocketOptions
    @OptionGroup var argument: TaskArgument
    @Flag(help: "JSON.")
    var json = false

    func run() async throws {
        let style = Style.detect(environment: ProcessEnvironment.current)
        try await sockets.withClient { client in
            let (text, task) = try await client.document(TaskDocument.self, "GET", argument.path)
            if json { return try Screen.write(text) }
            try Screen.write(Self.lines(task, width: Terminal.width), style)
        }
    }

    /// Facts, a line each; then steps and tools as tables.
    ///
    /// - Parameter width: see `Table.lines`. The facts are not cut: they are what people copy.
    private static func lines(_ task: TaskDocument, width: Int?) -> [StyledLine] {
        let facts: [(String, String?)] = [
            ("task", task.task ?? task.claim), ("stage", task.stage), ("state", task.state),
            ("step", task.step), ("execution", task.execution), ("application", task.application),
            ("action", task.action), ("attempt", task.attempt.map { "\($0 + 1)" }), ("claimed", task.claimed),
            ("closed", task.closed), ("age", task.ageSeconds.map(Span.text)),
            ("lease left", task.leaseLeftSeconds.map { $0 > 0 ? Span.text($0) : "over" }),
            ("heartbeat", task.heartbeatAgeSeconds.map { Span.text($0) + " ago" }), ("claim", task.claim),
            ("whole log", task.log),
        ]
        var lines: [StyledLine] = facts.compactMap { name, value in
            guard let value else { return nil }
            var line = StyledLine(name + String(repeating: " ", count: 13 - name.count), .quiet)
            line.append(value)
            return line
        }
        if !task.steps.isEmpty {
            var table = Table("RECORDED", "KIND", "NAME", "")
            for step in task.steps {
                table.add(.init(step.recorded), .init(step.kind), .init(step.name), .init(step.isOver ? "" : "begun"))
            }
            lines += [StyledLine()] + table.lines(width: width)
        }
        if !task.tools.isEmpty {
            var table = Table("TOOL", "PID", "STATE", "PROGRAM")
            for tool in task.tools {
                let isGood = tool.state == "running" || tool.state == "exited 0"
                table.add(
                    .init(tool.name, .strong),
                    .init(tool.pid.map { "\($0)" } ?? "-"),
                    .init(tool.state, isGood ? .good : .caution),
                    .init(tool.executable ?? "-")
                )
            }
            lines += [StyledLine()] + table.lines(width: width)
        }
        return lines
    }
}
