import ActivityWorker
import Pipeline

/// One run of a tool inside a stage, and what to say when it did not end well.
enum ToolRun {
    /// Runs `invocation` as the step `name` and returns how it ended, if it ended by itself.
    ///
    /// - Throws: `TaskFailure` `Builder.ToolLost` when a signal ended it that the stage did not ask for, `Builder.Interrupted`
    ///   when its stop policy was run.
    static func run(_ name: String, _ invocation: ToolInvocation, in context: TaskContext) async throws -> ToolExit {
        let exit = try await context.tool(name, invocation)
        if exit.stopped {
            throw TaskFailure(
                .builderInterrupted,
                message: "\(invocation.executable) was asked to stop before it was done.",
                next: "Nothing: the state machine retries.",
                step: name,
                detail: detail(exit, context, form: invocation.outputForm)
            )
        }
        if let signal = exit.signal {
            throw TaskFailure(
                .builderToolLost,
                message: "\(invocation.executable) was ended by signal \(signal), which builderd did not send.",
                next:
                    "The state machine retries. If it happens again, look for the kernel's out-of-memory killer: journalctl -k.",
                step: name,
                detail: detail(exit, context, form: invocation.outputForm)
            )
        }
        return exit
    }

    /// The end of what the tool printed, standard error last, redacted; lines for programs as the log shows them.
    static func detail(_ exit: ToolExit, _ context: TaskContext, form: ToolOutputForm = .text) -> String {
        // Redacted whole, before anything is decoded or cut.
        var texts = [exit.standardOutput, exit.standardError].map { context.redactor.redact(OutputFile.tail($0)) }
        if form == .packerMachineReadable {
            let lines = texts[0].split(whereSeparator: \.isNewline).flatMap { PackerLogLine(String($0)).lines }
            texts[0] = context.redactor.redact(lines.joined(separator: "\n"))
        }
        return texts.map(\.trimmed).filter { !$0.isEmpty }.joined(separator: "\n")
    }
}
