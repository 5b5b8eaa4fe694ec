import AWSClient
import ActivityWorker
import CurlTransport
import DaemonCore
import FoundationEssentials
import Logging
import OpenSSLDigest
import Synchronization
import TestSupport

/// The real worker on the real client and transport, against the fake server. The worker's clock runs 20 times as fast, so that its
/// back-off takes moments; the client's calls are bounded to 2 s, so that a stalled one does.
struct WorkerFaultBench {
    static let activity = "arn:aws:states:eu-central-1:000000000000:activity:bakery"

    let server: FakeStepFunctions
    let journal = MemoryJournal(historyLimit: 10_000)
    let worker: StageWorker
    /// Tells of polls that failed.
    let pollFailures = PollFailures()
    private let run: Task<Void, any Error>

    init(hold: Duration = .milliseconds(400), slots: Int = 1, secret: String? = nil) async throws {
        var options = FakeStepFunctions.Options()
        options.hold = hold
        let server = try await FakeStepFunctions.start(options)
        self.server = server
        let client = StepFunctionsClient(
            AWSConfiguration(
                transport: ImpatientTransport(transport: try CurlTransport(), whole: .seconds(2)),
                credentials: StaticCredentials(
                    Credentials(
                        accessKeyID: options.accessKeyID,
                        secretAccessKey: secret ?? options.secretAccessKey,
                        source: "test"
                    )
                ),
                region: options.region,
                endpoints: EndpointResolver(everyService: server.url),
                userAgent: "builderd-tests",
                logger: Logger(label: "faults") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        let worker = StageWorker(
            configuration: StageConfiguration(
                stage: "bakery",
                activity: Self.activity,
                workerName: "faults",
                slots: slots,
                stopBudget: .seconds(60),
                version: "0"
            ),
            dependencies: WorkerDependencies(
                service: StepFunctionsActivityService(client),
                journal: journal,
                clock: .fast(20),
                digest: { SHA256.digest($0).array },
                decode: { (text, _) throws(TaskFailure) in try Self.header(text) },
                makeRedactor: { _ in NoSecrets() },
                boot: "this boot",
                tools: NoTools(),
                workspaceDirectory: FileManager.default.temporaryDirectory.path + "/builderd-faults-"
                    + UUID().uuidString,
                observer: pollFailures,
                logger: Logger(label: "faults") { _ in SwiftLogNoOpLogHandler() }
            ),
            handler: EchoStage()
        )
        self.worker = worker
        run = Task { try await worker.run() }
    }

    /// Drains the worker, waits for it, and stops the server.
    func end() async throws {
        worker.drain()
        try await run.value
        try await server.shutDown()
    }

    /// Input of a task: `succeed` or `fail`, and a number that makes it unlike every other.
    static func input(_ what: String) -> String { "\(what) \(UUID().uuidString)" }

    private static func header(_ text: String) throws(TaskFailure) -> TaskHeader {
        TaskHeader(
            action: text.hasPrefix("ping") ? .ping : .run,
            execution: text,
            entered: text,
            enteredMilliseconds: WorkerClock.system.wallMilliseconds(),
            attempt: 0,
            heartbeat: .seconds(300),
            timeout: .seconds(7200),
            application: nil
        )
    }
}

extension WorkerClock {
    /// The machine's clock, `factor` times as fast from now on.
    static func fast(_ factor: Int) -> WorkerClock {
        let system = WorkerClock.system
        let start = system.now()
        return WorkerClock(
            now: { start + (system.now() - start) * factor },
            wallMilliseconds: system.wallMilliseconds,
            sleep: { instant in try await system.sleep(start + (instant - start) / factor) }
        )
    }
}

/// Lets a test wait for a poll that fails.
final class PollFailures: WorkerObserver {
    private let (failures, noted) = AsyncStream.makeStream(of: Void.self)

    func observe(_ event: WorkerEvent, stage: String) {
        if case .pollFinished(_, _, _, .some) = event { noted.yield() }
    }

    /// Returns once a poll has failed.
    func next() async { for await _ in failures { return } }
}

/// Bounds every exchange, so that a stalled one ends soon.
struct ImpatientTransport: HTTPExchanging {
    let transport: CurlTransport
    let whole: Duration

    func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        var request = request
        request.limits.whole = whole
        return try await transport.exchange(request)
    }
}

private struct EchoStage: StageHandler {
    func run(_ context: TaskContext) async throws -> String {
        if context.input.hasPrefix("fail") { throw TaskFailure("Bakery.Failed", message: "as asked", next: "nothing") }
        return "{\"done\":true}"
    }
}

private struct NoSecrets: TaskRedacting {
    func add(secrets: [String]) throws {}
    func redact(_ text: String) -> String { text }
}

private struct NoTools: ToolRunning {
    func run(_ invocation: ToolInvocation, folder: String, context: ToolRunContext) async throws -> ToolExit {
        throw TaskFailure("Builder.ToolMissing", message: "no tools here", next: "")
    }

    func endLeftOvers(under folder: String, logger: Logger) async {}
    func extendLease(workspace: String, until deadline: BootInstant, logger: Logger) {}
}
