import ActivityWorker
import FoundationEssentials
import Logging
import Synchronization

/// A header of harmless parts.
func header(
    action: TaskHeader.Action = .run,
    heartbeat: Duration = .seconds(300),
    timeout: Duration = .seconds(7200),
    enteredMilliseconds: Int64 = ManualClock.wallStart,
    attempt: Int = 0
) -> TaskHeader {
    TaskHeader(
        action: action,
        execution: "arn:aws:states:eu-central-1:000000000000:execution:m:e",
        entered: "2027-01-15T08:00:00Z",
        enteredMilliseconds: enteredMilliseconds,
        attempt: attempt,
        heartbeat: heartbeat,
        timeout: timeout,
        application: "hello"
    )
}

/// The envelope of the tests: `action heartbeat timeout execution`, separated by spaces.
func envelope(_ action: String = "run", heartbeat: Int = 300, timeout: Int = 7200, execution: String = "e1") -> String {
    "\(action) \(heartbeat) \(timeout) \(execution)"
}

func decodeEnvelope(_ text: String) throws(TaskFailure) -> TaskHeader {
    let parts = text.split(separator: " ").map(String.init)
    guard parts.count == 4, let action = TaskHeader.Action(rawValue: parts[0]), let heartbeat = Int(parts[1]),
        let timeout = Int(parts[2])
    else { throw TaskFailure("Builder.InputInvalid", message: "found “\(text)”", next: "send four words") }
    var result = header(action: action, heartbeat: .seconds(heartbeat), timeout: .seconds(timeout))
    result.execution = parts[3]
    return result
}

/// Replaces the word `hunter22`.
struct WordRedactor: TaskRedacting {
    func add(secrets: [String]) throws {}
    func redact(_ text: String) -> String { text.replacing("hunter22", with: "***") }
}

/// A stage that is a closure.
struct ClosureStage: StageHandler {
    var body: @Sendable (TaskContext) async throws -> String
    var cleaning: @Sendable (TaskContext) async -> Void

    init(
        _ body: @escaping @Sendable (TaskContext) async throws -> String,
        cleanUp: @escaping @Sendable (TaskContext) async -> Void = { _ in }
    ) {
        cleaning = cleanUp
        self.body = body
    }

    func cleanUp(_ context: TaskContext) async { await cleaning(context) }

    func run(_ context: TaskContext) async throws -> String { try await body(context) }
}

/// A tool supervisor that is a closure.
struct ClosureTools: ToolRunning {
    var body: @Sendable (ToolInvocation, String) async throws -> ToolExit
    var leftOvers: @Sendable (String) async -> Void = { _ in }
    var leases: @Sendable (String, BootInstant) -> Void = { _, _ in }

    var contexts: @Sendable (ToolRunContext) -> Void = { _ in }

    func run(_ invocation: ToolInvocation, folder: String, context: ToolRunContext) async throws -> ToolExit {
        contexts(context)
        return try await body(invocation, folder)
    }

    func endLeftOvers(under folder: String, logger: Logger) async { await leftOvers(folder) }
    func extendLease(workspace: String, until deadline: BootInstant, logger: Logger) { leases(workspace, deadline) }
}

/// Every event that the worker told, in order.
final class WorkerEvents: WorkerObserver {
    let all = Watched<[WorkerEvent]>([])

    func observe(_ event: WorkerEvent, stage: String) { all.update { $0.append(event) } }
}

/// Every line that was logged, with its metadata.
final class LogLines: Sendable {
    struct Line: Sendable {
        var level: Logger.Level
        var text: String
        var metadata: [String: String]
    }

    let lines = Watched<[Line]>([])

    var logger: Logger {
        var logger = Logger(label: "test", factory: { _ in Handler(lines: self.lines) })
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let lines: Watched<[Line]>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
            lines.update { $0.append(Line(level: event.level, text: "\(event.message)", metadata: all)) }
        }
    }
}

/// A journal that notes its writes in the service's call list, and fails when it is told to.
final class NotingJournal: TaskJournal {
    struct Failing: Sendable {
        var claim = false
        var outcome = false
        var record = false
        var obstacle = false
    }

    let memory = MemoryJournal()
    let failing = Watched(Failing())
    private let service: StubService
    private let error = JournalError(.noRoom, "no space left")

    init(_ service: StubService) { self.service = service }

    func recover(_ mine: @Sendable (String) -> Bool) async -> [RecoveredTask] { [] }

    func claim(_ claim: ClaimRecord) async throws(JournalError) {
        service.note("claim \(claim.token.secretValue)")
        if failing.value.claim { throw error }
        try await memory.claim(claim)
    }

    func record(_ step: StepRecord, claim: ClaimRecord) async throws(JournalError) {
        service.note("\(step.kind.rawValue) \(step.name)\(step.result == nil ? " begun" : "")")
        if failing.value.record { throw error }
        try await memory.record(step, claim: claim)
    }

    func outcome(_ report: TaskReport, claim: ClaimRecord, atMilliseconds: Int64) async throws(JournalError) {
        service.note("outcome \(claim.token.secretValue)")
        if failing.value.outcome { throw error }
        try await memory.outcome(report, claim: claim, atMilliseconds: atMilliseconds)
    }

    func close(_ claim: ClaimRecord, _ closing: ClosingRecord) async throws(JournalError) {
        service.note("close \(claim.token.secretValue): \(closing.ending.description)")
        try await memory.close(claim, closing)
    }

    func obstacle() async -> JournalError? { failing.value.obstacle ? error : nil }

    var counts: JournalCounts { memory.counts }
}
