import ActivityWorker
import Foundation
import TestSupport

/// Steps and tools that leave evidence of every time they ran: a line in a file for each, and a lock that tells when two copies run at once.
struct EvidenceStage: StageHandler {
    static let secret = "hunter2-hunter2-hunter2"

    let settings: WorkerSettings
    let points: ProbePoints

    private var evidence: String { settings.folder + "/evidence" }

    func run(_ context: TaskContext) async throws -> String {
        let input = try JSONDecoder().decode(TaskInput.self, from: Data(context.input.utf8))
        let prepared = try await step("prepare", input, context)
        let secret = try await context.ephemeral("secret") { Self.secret }
        try context.redactor.add(secrets: [secret])
        try await tool("build", input, context, isDeaf: input.isDeaf, script: input.script)
        let described = try await step("describe", input, context)
        try await tool("check", input, context, isDeaf: false, script: nil)
        let tagged = try await step("tag", input, context)
        return #"{"steps":["\#(prepared)","\#(described)","\#(tagged)"]}"#
    }

    func cleanUp(_ context: TaskContext) async {
        if let input = try? JSONDecoder().decode(TaskInput.self, from: Data(context.input.utf8)) {
            leave("clean-up", input)
        }
    }

    private func step(_ name: String, _ input: TaskInput, _ context: TaskContext) async throws -> String {
        try await context.step(name, inputs: [input.execution]) {
            points.pass("effect \(name).before")
            leave(name, input)
            points.pass("effect \(name).after")
            return "\(name) of \(input.execution)"
        }
    }

    private func leave(_ what: String, _ input: TaskInput) {
        let descriptor = unsafe open(
            "\(evidence)/\(input.execution).\(input.attempt).effects",
            O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
            0o600
        )
        let line = Array("\(what)\n".utf8)
        _ = unsafe line.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }

    private func tool(
        _ name: String,
        _ input: TaskInput,
        _ context: TaskContext,
        isDeaf: Bool,
        script: String?
    ) async throws {
        let tmp = context.workspace + "/tmp"
        try FileManager.default.createDirectory(atPath: tmp, withIntermediateDirectories: true)
        let exit = try await context.tool(
            name,
            ToolInvocation(
                executable: "/bin/sh",
                arguments: ["-c", Self.script(isDeaf: isDeaf, extra: script)],
                environment: [
                    "PATH": "/usr/bin:/bin", "TMPDIR": tmp, "E": evidence, "ROUNDS": String(input.rounds),
                    "KEY": "\(input.execution).\(name)", "RUN": "\(input.execution).\(input.attempt).\(name)",
                ],
                workingDirectory: context.workspace,
                stop: ToolStopPolicy(grace: .milliseconds(settings.graceMilliseconds))
            )
        )
        if exit.stopped {
            throw TaskFailure("Builder.Interrupted", message: "\(name) was stopped", next: "retry", step: name)
        }
        guard exit.status == 0 else {
            throw TaskFailure("Bakery.BuildFailed", message: "\(name) ended with \(exit)", next: "look", step: name)
        }
    }

    /// The lock is inherited by every child, so it is free only when all of the tool is gone. `alive-` holds when it last lived, in
    /// nanoseconds since 1970.
    private static func script(isDeaf: Bool, extra: String?) -> String {
        """
        \(isDeaf ? "trap '' TERM" : "")
        exec 9> "$E/lock-$KEY"
        flock -n 9 || echo "$RUN" >> "$E/doubles"
        echo start >> "$E/runs-$RUN"
        i=0
        while [ $i -lt $ROUNDS ]; do
          i=$((i+1))
          echo "$RUN line $i"
          date +%s%N > "$E/alive-$RUN.new" && mv "$E/alive-$RUN.new" "$E/alive-$RUN"
          sleep 0.05
        done
        sh -c 'echo child > "$TMPDIR/made-$KEY" && echo "$RUN secret \(secret)"'
        \(extra ?? "")
        echo end >> "$E/runs-$RUN"
        """
    }
}
