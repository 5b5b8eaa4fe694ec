import FoundationEssentials
import Logging
import Synchronization

/// What stands behind the context of a stage that a worker runs. Steps' results are kept in memory, as the JSON they would be read
/// back from, so that a result that does not survive the trip shows itself.
final class LiveTaskRuntime: TaskRuntime {
    private struct Record {
        var inputs: [UInt8]
        var result: Data
    }

    private let task: RunningTask
    private let dependencies: WorkerDependencies
    private let workspace: String
    private let redactor: any TaskRedacting
    private let logger: Logger
    private let records = Mutex<[String: Record]>([:])

    init(
        task: RunningTask,
        dependencies: WorkerDependencies,
        workspace: String,
        redactor: any TaskRedacting,
        logger: Logger
    ) {
        self.task = task
        self.dependencies = dependencies
        self.workspace = workspace
        self.redactor = redactor
        self.logger = logger
    }

    func step<Inputs: Encodable & Sendable, Result: Codable & Sendable>(
        _ name: String,
        inputs: Inputs,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        try task.check(at: dependencies.clock.now())
        let digest: [UInt8]
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            digest = dependencies.digest(Array(try encoder.encode(inputs)))
        } catch {
            throw fault("The inputs of step \(name) cannot be written as JSON: \(error)", step: name)
        }
        if let record = records.withLock({ $0[name] }) {
            guard record.inputs == digest else {
                throw fault("Step \(name) was run twice with different inputs.", step: name)
            }
            return try decode(record.result, step: name)
        }
        let result = try await named(name, body)
        do {
            let data = try JSONEncoder().encode(result)
            records.withLock { $0[name] = Record(inputs: digest, result: data) }
        } catch {
            throw fault("The result of step \(name) cannot be written as JSON: \(error)", step: name)
        }
        return result
    }

    func ephemeral<Result: Sendable>(_ name: String, _ body: @Sendable () async throws -> Result) async throws -> Result
    {
        try task.check(at: dependencies.clock.now())
        return try await named(name, body)
    }

    func tool(_ name: String, _ invocation: ToolInvocation) async throws -> ToolExit {
        try task.check(at: dependencies.clock.now())
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte), name != ".", name != ".." else {
            throw fault("“\(name)” cannot name a tool's folder.", step: name)
        }
        if let record = records.withLock({ $0["tool \(name)"] }) {
            guard record.inputs == (try inputs(of: invocation, step: name)) else {
                throw fault("Tool \(name) was run twice with different invocations.", step: name)
            }
            return try decode(record.result, step: name)
        }
        let digest = try inputs(of: invocation, step: name)
        let exit = try await named(name) { [self] in
            let folder = "\(workspace)/tools"
            do throws(JournalError) {
                try JournalFolder.make(folder)
            } catch {
                throw fault("The folder of the tools cannot be made: \(error.message)", step: name)
            }
            let context = ToolRunContext(name: name, redactor: redactor, logger: logger(step: name))
            return try await dependencies.tools.run(invocation, folder: "\(folder)/\(name)", context: context)
        }
        if let data = try? JSONEncoder().encode(exit) {
            records.withLock { $0["tool \(name)"] = Record(inputs: digest, result: data) }
        }
        return exit
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
            let result = try await body()
            try task.check(at: dependencies.clock.now())
            return result
        } catch var failure as TaskFailure {
            if failure.step == nil { failure.step = name }
            throw failure
        } catch let error where !(error is LeaseLost) && !(error is CancellationError) {
            try task.check(at: dependencies.clock.now())
            throw TaskFailure(
                .internal,
                message: "Step \(name) failed in a way it has no name for: \(error)",
                next: "Report this as a fault of builderd, with the version and the log of this execution.",
                step: name
            )
        }
    }

    private func inputs(of invocation: ToolInvocation, step: String) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            return dependencies.digest(Array(try encoder.encode(invocation)))
        } catch {
            throw fault("The invocation of tool \(step) cannot be written as JSON: \(error)", step: step)
        }
    }

    private func decode<Result: Decodable>(_ data: Data, step: String) throws -> Result {
        do {
            return try JSONDecoder().decode(Result.self, from: data)
        } catch {
            throw fault("The recorded result of step \(step) cannot be read back: \(error)", step: step)
        }
    }

    private func logger(step: String) -> Logger {
        var logger = logger
        logger[metadataKey: LogKey.step] = "\(step)"
        return logger
    }

    private func fault(_ message: String, step: String) -> TaskFailure {
        TaskFailure(
            .internal,
            message: message,
            next: "Report this as a fault of builderd, with the version and the log of this execution.",
            step: step
        )
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x2D || byte == 0x2E
            || byte == 0x5F
    }
}
