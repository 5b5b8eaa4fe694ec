import AWSClient
import ActivityWorker
import CurlTransport
import DaemonCore
import Foundation
import TestSupport
import Logging
import OpenSSLDigest
import Pipeline
import SystemdSupport
import ToolSupervisor
import UnixSignals

/// A worker process for tests that kill, stop and restart it: the daemon's own worker, journal, tools, client and conductor around a stage
/// that leaves evidence. Its one argument is a file of `WorkerSettings`.
@main
enum DurableWorker {
    static func main() async throws {
        let file = URL(filePath: CommandLine.arguments[1])
        let settings = try JSONDecoder().decode(WorkerSettings.self, from: Data(contentsOf: file))
        var logger = Logger(label: "worker") { _ in ConsoleLogHandler(level: LogLevelSetting(.info), environment: [:]) }
        logger.logLevel = .info
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup, .sigusr2)
        let points = ProbePoints(path: settings.folder + "/points", killAt: settings.killAt)
        let journal = try FileJournal(folder: settings.folder + "/state", logger: logger) { points.pass($0) }
        let worker = try makeWorker(settings, journal, points, logger)
        let conductor = DrainConductor(
            workers: [worker],
            wish: Wishes(settings.wishes).next,
            logger: logger,
            phaseChanged: { _ in },
            interval: .milliseconds(200)
        )
        let following = Task { await conductor.follow(signals) }
        let noticing = Task { await notice(settings, conductor) }
        try await worker.run()
        noticing.cancel()
        following.cancel()
    }

    /// Plays the notice of the host's end: a test leaves the seconds until then in the file `host-ends`, or `held` where Auto Scaling
    /// holds it.
    private static func notice(_ settings: WorkerSettings, _ conductor: DrainConductor) async {
        while !Task.isCancelled {
            if let text = try? String(contentsOfFile: settings.folder + "/host-ends", encoding: .utf8),
                text == "held" || Int(text) != nil
            {
                await conductor.hostEnds(
                    why: "the host ends",
                    in: Int(text).map { .seconds($0) },
                    longestStop: .milliseconds(settings.graceMilliseconds) + .seconds(25)
                )
                return
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private static func makeWorker(
        _ settings: WorkerSettings,
        _ journal: FileJournal,
        _ points: ProbePoints,
        _ logger: Logger
    ) throws -> StageWorker {
        let client = StepFunctionsClient(
            AWSConfiguration(
                transport: try CurlTransport(),
                credentials: StaticCredentials(
                    Credentials(
                        accessKeyID: "AKIDFAKESTEPFUNCTIONS",
                        secretAccessKey: "fake/secret+key",
                        source: "test"
                    )
                ),
                region: "eu-central-1",
                endpoints: EndpointResolver(everyService: settings.server),
                userAgent: "builderd-tests",
                logger: logger
            )
        )
        let tools = SupervisedTools(
            runner: ToolRunner(
                supervisor: SupervisorCommand(path: settings.builderd, arguments: ["supervise"]),
                containment: .detect()
            ) { try? await Task.sleep(for: .milliseconds(20)) },
            searchPath: "/usr/bin:/bin"
        )
        return StageWorker(
            configuration: StageConfiguration(
                stage: "bakery",
                activity: settings.activity,
                workerName: "durable",
                slots: settings.slots,
                stopBudget: .milliseconds(settings.stopBudgetMilliseconds),
                heartbeatMargin: .zero,
                version: "0"
            ),
            dependencies: WorkerDependencies(
                service: ProbedService(service: StepFunctionsActivityService(client), points: points),
                journal: journal,
                digest: { SHA256.digest($0).array },
                decode: { (text, _) throws(TaskFailure) in try header(text) },
                makeRedactor: { try TaskRedactor(workspace: $0) },
                boot: StartRecord.currentBootId(),
                tools: ProbedTools(tools: tools, points: points),
                workspaceDirectory: settings.folder + "/work",
                logger: logger
            ),
            handler: EvidenceStage(settings: settings, points: points)
        )
    }

    private static func header(_ text: String) throws(TaskFailure) -> TaskHeader {
        guard let input = try? JSONDecoder().decode(TaskInput.self, from: Data(text.utf8)) else {
            throw TaskFailure("Builder.InputInvalid", message: "no task input: \(text)", next: "send one")
        }
        return TaskHeader(
            action: .run,
            execution: input.execution,
            entered: "now",
            enteredMilliseconds: WorkerClock.system.wallMilliseconds(),
            attempt: input.attempt,
            heartbeat: .milliseconds(input.heartbeatMilliseconds),
            timeout: .seconds(3600),
            application: nil
        )
    }
}
