import ActivityWorker
import FoundationEssentials
import Logging
import Synchronization

/// A task's runtime for tests of stages: runs each step directly, passes its result through JSON as the worker's does, and keeps
/// what was asked for. A second run on the same runtime gets recorded results back, as after a restart.
final class InMemoryTaskRuntime: TaskRuntime {
    /// Answers a tool's invocation.
    typealias Tool = @Sendable (_ name: String, _ invocation: ToolInvocation) async throws -> ToolExit

    private struct Record {
        var inputs: Data
        var result: Data
    }

    private struct State {
        var ran: [String] = []
        var invocations: [ToolInvocation] = []
        var records: [String: Record] = [:]
    }

    private let state = Mutex(State())
    private let answer: Tool

    /// A runtime whose tools are answered by `tool`; without it every tool is missing.
    init(
        tool: @escaping Tool = { name, invocation in
            throw TaskFailure(
                "Builder.ToolMissing",
                message: "\(name): \(invocation.executable) is not there",
                next: ""
            )
        }
    ) {
        answer = tool
    }

    /// Names of the steps (recorded and ephemeral) and tools whose bodies ran, in order.
    var ran: [String] { state.withLock { $0.ran } }

    /// What tools were asked to do, in order.
    var invocations: [ToolInvocation] { state.withLock { $0.invocations } }

    func step<Inputs: Encodable & Sendable, Result: Codable & Sendable>(
        _ name: String,
        inputs: Inputs,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let key = try encoder.encode(inputs)
        if let record = state.withLock({ $0.records[name] }), record.inputs == key {
            return try JSONDecoder().decode(Result.self, from: record.result)
        }
        state.withLock { $0.ran.append(name) }
        let result = try encoder.encode(try await body())
        state.withLock { $0.records[name] = Record(inputs: key, result: result) }
        return try JSONDecoder().decode(Result.self, from: result)
    }

    func ephemeral<Result: Sendable>(_ name: String, _ body: @Sendable () async throws -> Result) async throws -> Result
    {
        state.withLock { $0.ran.append(name) }
        return try await body()
    }

    func tool(_ name: String, _ invocation: ToolInvocation) async throws -> ToolExit {
        state.withLock {
            $0.ran.append(name)
            $0.invocations.append(invocation)
        }
        return try await answer(name, invocation)
    }
}

extension TaskContext {
    /// A context over `runtime` for a stage under test.
    static func forTest(
        stage: String,
        input: String,
        runtime: any TaskRuntime,
        workspace: String = "/nonexistent",
        action: TaskHeader.Action = .run,
        redactor: any TaskRedacting = RecordingRedactor(),
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) -> TaskContext {
        TaskContext(
            id: "0123456789abcdef",
            stage: stage,
            header: TaskHeader(
                action: action,
                execution: "arn:aws:states:eu-central-1:012345678901:execution:release:shop-dev-0123",
                entered: "2026-01-31T12:00:00.123Z",
                enteredMilliseconds: 1_769_860_800_123,
                attempt: 0,
                heartbeat: .seconds(300),
                timeout: .seconds(7200),
                application: "shop"
            ),
            input: input,
            workspace: workspace,
            redactor: redactor,
            logger: logger,
            runtime: runtime
        )
    }
}

/// Replaces the secrets that it was given, as they stand, and keeps them for the test to look at.
final class RecordingRedactor: TaskRedacting {
    private let state = Mutex<[String]>([])

    /// The secrets that were added, in order.
    var secrets: [String] { state.withLock { $0 } }

    /// Refuses what is too short, as the real one does.
    func add(secrets: [String]) throws {
        guard secrets.allSatisfy({ $0.count >= 6 }) else {
            throw TaskFailure(
                "Builder.InputInvalid",
                message: "a secret has fewer than 6 characters",
                next: "lengthen it"
            )
        }
        state.withLock { $0 += secrets }
    }

    func redact(_ text: String) -> String {
        secrets.reduce(text) { $0.split(separator: $1, omittingEmptySubsequences: false).joined(separator: "***") }
    }
}
