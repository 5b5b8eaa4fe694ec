import ArgumentParser

/// `builderctl task …`: one task.
struct TaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task",
        abstract: "Show one task, its log, or cancel it.",
        subcommands: [TaskShowCommand.self, TaskLogsCommand.self, TaskCancelCommand.self]
    )
}

/// Which task is meant.
struct TaskArgument: ParsableArguments {
    @Argument(help: "The task's id, or its claim, as `builderctl tasks` and the journal's BUILDERD_TASK show it.")
    var task: String

    func validate() throws {
        guard !task.isEmpty else { throw ValidationError("The task's id is empty: `builderctl tasks` lists them.") }
    }

    /// The path of what the control socket has of it.
    var path: String { "/tasks/" + DaemonClient.component(task) }
}
