import AWSClient
import ActivityWorker
import CurlTransport
import Glibc
import Logging
import OpenSSLDigest
import Pipeline

/// The daemon's own worker on its own transport, client, signer and envelope reader, without the rest of the daemon.
struct BenchmarkWorker {
    let settings: BenchmarkSettings
    /// Folder of the file journal; `nil` keeps claims in memory, as peers have no journal.
    let journalFolder: String?

    /// Works until the process is ended.
    func run() async throws {
        var logger = Logger(label: "benchmark") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .notice
        let transport = try CurlTransport(configuration: .init(environment: settings.environment))
        let client = StepFunctionsClient(
            AWSConfiguration(
                transport: transport,
                credentials: StaticCredentials(
                    Credentials(
                        accessKeyID: settings.keys.id,
                        secretAccessKey: settings.keys.secret,
                        source: "environment"
                    )
                ),
                region: settings.region,
                endpoints: EndpointResolver(everyService: settings.endpoint),
                userAgent: "builderd-benchmark",
                logger: logger
            )
        )
        let journal: any TaskJournal =
            if let journalFolder { try FileJournal(folder: journalFolder, logger: logger) } else { MemoryJournal() }
        let worker = StageWorker(
            configuration: StageConfiguration(
                stage: "preProvision",
                activity: settings.activity,
                workerName: "benchmark",
                slots: settings.pollers,
                stopBudget: .seconds(5),
                version: "benchmark"
            ),
            dependencies: WorkerDependencies(
                service: BenchmarkService(client: client),
                journal: journal,
                digest: { SHA256.digest($0).array },
                decode: { (input, _) throws(TaskFailure) in try Self.header(input) },
                makeRedactor: { _ in PassingRedactor() },
                boot: "this boot",
                tools: NoTools(),
                workspaceDirectory: "/nonexistent",
                logger: logger
            ),
            handler: NoStage()
        )
        try await worker.run()
        await transport.shutdown()
    }
}

extension BenchmarkWorker {
    /// As `DaemonCore` reads it.
    private static func header(_ input: String) throws(TaskFailure) -> TaskHeader {
        do throws(DocumentProblems) {
            let envelope = try Envelope(json: input)
            return TaskHeader(
                action: envelope.action == .ping ? .ping : .run,
                execution: envelope.execution,
                entered: envelope.entered,
                enteredMilliseconds: envelope.enteredMilliseconds,
                attempt: envelope.attempt,
                heartbeat: .seconds(envelope.heartbeatSeconds),
                timeout: .seconds(envelope.timeoutSeconds),
                application: envelope.release?.applicationId
            )
        } catch {
            throw TaskFailure("Builder.InputInvalid", message: "\(error)", next: "Give the server a whole envelope.")
        }
    }
}

/// Pings have no secrets.
private struct PassingRedactor: TaskRedacting {
    func add(secrets: [String]) throws {}
    func redact(_ text: String) -> String { text }
}

/// Pings run no tools.
private struct NoTools: ToolRunning {
    func run(_ invocation: ToolInvocation, folder: String, context: ToolRunContext) async throws -> ToolExit {
        throw TaskFailure("Builder.ToolMissing", message: "The benchmark has no tools.", next: "Send pings.")
    }

    func endLeftOvers(under folder: String, logger: Logger) async {}
    func extendLease(workspace: String, until deadline: BootInstant, logger: Logger) {}
}

/// Pings reach no stage.
private struct NoStage: StageHandler {
    func run(_ context: TaskContext) async throws -> String {
        throw TaskFailure("Builder.InputInvalid", message: "The benchmark has no stages.", next: "Send pings.")
    }
}
