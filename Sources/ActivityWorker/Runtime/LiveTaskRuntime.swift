import FoundationEssentials
import Logging
import Synchronization

/// What stands behind the context of a stage that a worker runs: results of steps and the beginnings and ends of tools go to the journal,
/// and come from it where an earlier process recorded them.
///
/// Results are kept as the JSON that they would be read back from, so that one that does not survive the trip shows itself.
final class LiveTaskRuntime: TaskRuntime {
    private struct Key: Hashable {
        var kind: StepRecord.Kind
        var name: String
    }

    private struct Record {
        var inputs: String
        var result: String?
        /// Whether an earlier process made it.
        var isResumed: Bool
    }

    private let task: RunningTask
    private let dependencies: WorkerDependencies
    private let workspace: String
    private let redactor: any TaskRedacting
    private let logger: Logger
    private let isResumed: Bool
    private let records: Mutex<[Key: Record]>

    init(
        task: RunningTask,
        dependencies: WorkerDependencies,
        workspace: String,
        redactor: any TaskRedacting,
        logger: Logger,
        resumed: [StepRecord]?
    ) {
        self.task = task
        self.dependencies = dependencies
        self.workspace = workspace
        self.redactor = redactor
        self.logger = logger
        isResumed = resumed != nil
        let earlier = (resumed ?? []).map {
            (Key(kind: $0.kind, name: $0.name), Record(inputs: $0.inputs, result: $0.result, isResumed: true))
        }
        records = Mutex(Dictionary(earlier) { $1 })
    }

    func step<Inputs: Encodable & Sendable, Result: Codable & Sendable>(
        _ name: String,
        inputs: Inputs,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        try task.check(at: dependencies.clock.now())
        let digest = try digest(of: inputs, step: name)
        let key = Key(kind: .step, name: name)
        if let record = try record(of: key, inputs: digest), let text = record.result {
            return try decode(text, step: name, isResumed: record.isResumed)
        }
        let result = try await named(name, body)
        let text: String
        do {
            text = String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
        } catch {
            throw Self.fault("The result of step \(name) cannot be written as JSON: \(error)", step: name)
        }
        await keep(key, Record(inputs: digest, result: text, isResumed: false))
        try task.check(at: dependencies.clock.now())
        return result
    }

    func ephemeral<Result: Sendable>(_ name: String, _ body: @Sendable () async throws -> Result) async throws -> Result
    {
        try task.check(at: dependencies.clock.now())
        let result = try await named(name, body)
        try task.check(at: dependencies.clock.now())
        return result
    }

    func tool(_ name: String, _ invocation: ToolInvocation) async throws -> ToolExit {
        try task.check(at: dependencies.clock.now())
        try ToolName.check(name)
        let digest = try digest(of: ToolIdentity(invocation), step: name)
        let key = Key(kind: .tool, name: name)
        let begun: Record?
        do {
            begun = try record(of: key, inputs: digest)
        } catch {
            // Of another version or configuration of builderd: what it does now nobody would understand.
            await dependencies.tools.endLeftOvers(under: "\(workspace)/tools", logger: logger(step: name))
            throw error
        }
        if let begun, let text = begun.result { return try decode(text, step: name, isResumed: begun.isResumed) }
        if begun == nil { await keep(key, Record(inputs: digest, result: nil, isResumed: false)) }
        if begun?.isResumed == true {
            dependencies.observer.observe(.toolAdopted, stage: task.claim.stage)
            logger(step: name).notice(
                "tool adopted from an earlier process of builderd",
                metadata: [LogKey.messageID: "\(MessageID.adopted)", LogKey.claim: "\(task.claim.id)"]
            )
        }
        let exit = try await named(name) { try await run(name, invocation) }
        let text = (try? JSONEncoder().encode(exit)).map { String(decoding: $0, as: UTF8.self) }
        await keep(key, Record(inputs: digest, result: text, isResumed: false))
        try task.check(at: dependencies.clock.now())
        return exit
    }

    /// In a task of its own, which a hand-over cancels while the stage lives on.
    private func run(_ name: String, _ invocation: ToolInvocation) async throws -> ToolExit {
        do throws(JournalError) {
            try JournalFolder.make("\(workspace)/tools")
        } catch {
            throw Self.fault("The folder of the tools cannot be made: \(error.message)", step: name)
        }
        let context = ToolRunContext(
            name: name,
            redactor: redactor,
            logger: logger(step: name),
            workspace: workspace,
            // A crash may have come between a tool's start and its record only in a task that was resumed.
            isAdoption: isResumed,
            leavesRunning: { [task] in task.isHandedOver },
            stopBy: { [task] in task.stopBy }
        )
        let (tools, folder) = (dependencies.tools, "\(workspace)/tools/\(name)")
        let tool = Task { try await tools.run(invocation, folder: folder, context: context) }
        let isOver = task.toolBegan(tool)
        defer { isOver() }
        return try await withTaskCancellationHandler {
            try await tool.value
        } onCancel: {
            tool.cancel()
        }
    }

    /// What is known under `key`, if its inputs are these.
    private func record(of key: Key, inputs: String) throws(TaskFailure) -> Record? {
        guard let record = records.withLock({ $0[key] }) else { return nil }
        guard record.inputs != inputs else { return record }
        if record.isResumed { throw Self.changed(key.name) }
        throw Self.fault(
            "\(key.kind == .tool ? "Tool" : "Step") \(key.name) was run twice with different inputs.",
            step: key.name
        )
    }

    /// What cannot be written is kept in memory: after a crash the step is run again, which it is made for, and a tool is found by its folder.
    private func keep(_ key: Key, _ record: Record) async {
        records.withLock { $0[key] = record }
        let step = StepRecord(
            kind: key.kind,
            name: key.name,
            inputs: record.inputs,
            result: record.result,
            recordedMilliseconds: dependencies.clock.wallMilliseconds()
        )
        do throws(JournalError) {
            try await dependencies.journal.record(step, claim: task.claim)
        } catch {
            logger(step: key.name).error(
                "the step cannot be recorded, so a restart would run it again: \(error.message)"
            )
        }
    }

    /// Runs `body` as the task's current step; a failure that names no step gets this one. When the lease ended meanwhile, that counts
    /// and not what the body made of it.
    private func named<Result: Sendable>(
        _ name: String,
        _ body: () async throws -> Result
    ) async throws -> Result {
        task.enter(step: name)
        defer { task.leave(step: name) }
        logger(step: name).debug("step begins")
        do {
            return try await body()
        } catch var failure as TaskFailure {
            // A call that was cut off because the task is handed over, or its lease is over, fails by a name of its own.
            if Task.isCancelled { try task.check(at: dependencies.clock.now()) }
            if failure.step == nil { failure.step = name }
            throw failure
        } catch let error where !(error is LeaseLost) && !(error is CancellationError) && !(error is HandedOver) {
            try task.check(at: dependencies.clock.now())
            throw TaskFailure(
                .internal,
                message: "Step \(name) failed in a way it has no name for: \(error)",
                next: "Report this as a fault of builderd, with the version and the log of this execution.",
                step: name
            )
        }
    }

    private func digest(of inputs: some Encodable, step: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            return dependencies.shortHash(bytes: Array(try encoder.encode(inputs)))
        } catch {
            throw Self.fault("The inputs of \(step) cannot be written as JSON: \(error)", step: step)
        }
    }

    private func decode<Result: Decodable>(_ text: String, step: String, isResumed: Bool) throws -> Result {
        do {
            return try JSONDecoder().decode(Result.self, from: Data(text.utf8))
        } catch {
            if isResumed { throw Self.changed(step) }
            throw Self.fault("The recorded result of step \(step) cannot be read back: \(error)", step: step)
        }
    }

    private func logger(step: String) -> Logger {
        var logger = logger
        logger[metadataKey: LogKey.step] = "\(step)"
        return logger
    }

    private static func changed(_ step: String) -> TaskFailure {
        TaskFailure(
            .interrupted,
            message:
                "Step \(step) was done before builderd was started anew, from other inputs than its version and configuration now have for it.",
            next: "Nothing: the state machine retries the state from its beginning.",
            step: step
        )
    }

    private static func fault(_ message: String, step: String) -> TaskFailure {
        TaskFailure(
            .internal,
            message: message,
            next: "Report this as a fault of builderd, with the version and the log of this execution.",
            step: step
        )
    }
}
