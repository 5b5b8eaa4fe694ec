import ArgumentParser
import DaemonCore
import Glibc

/// `builderctl task cancel`: ends one task.
struct TaskCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Stop a task; its state fails with Builder.Cancelled.",
        discussion: """
            The stage is stopped as at a shutdown: its tool gets its grace, what it left is removed. The state machine does not retry \
            Builder.Cancelled; in Provision and after it, it rolls back. The wish holds over a crash of builderd.
            """
    )

    @OptionGroup var sockets: SocketOptions
    @OptionGroup var argument: TaskArgument
    @Flag(name: [.short, .long], help: "Do not ask.")
    var yes = false

    func run() async throws {
        try await sockets.withClient { client in
            let task = try await client.document(TaskDocument.self, "GET", argument.path).document
            guard task.closed == nil else {
                throw ClientProblem(
                    status: .failed,
                    message: "task \(argument.task) has ended already: \(task.state)",
                    next: "There is nothing to cancel; `builderctl task show` has the rest."
                )
            }
            if !yes { try confirm(task) }
            let answer = try await client.document(CancelledDocument.self, "POST", argument.path + "/cancel").document
            try Screen.write(
                "task \(Printable.line(argument.task)) is being stopped; `builderctl task show` says when it is over\n"
            )
            if let warning = answer.warning { StandardError.write("warning: \(Printable.line(warning))\n") }
        }
    }

    private func confirm(_ task: TaskDocument) throws {
        guard isatty(STDIN_FILENO) == 1 else {
            throw ClientProblem(
                status: .failed,
                message: "there is nobody to ask whether task \(argument.task) is to be cancelled",
                next: "Say --yes."
            )
        }
        let what = [task.stage, task.application, task.step].compactMap { $0 }.joined(separator: ", ")
        try Screen.write(
            "Cancel task \(Printable.line(argument.task)) (\(Printable.line(what)))? It is not retried. [y/N] "
        )
        guard ["y", "yes"].contains(readLine()?.lowercased()) else {
            throw ClientProblem(status: .failed, message: "nothing was cancelled", next: "Answer y to cancel it.")
        }
    }
}
