import AWSClient
import ActivityWorker
import CurlTransport
import FoundationEssentials
import Glibc
import Logging
import Observability
import OpenSSLDigest
import Pipeline
import ServiceLifecycle
import Stages
import SystemdSupport
import ToolSupervisor
import UnixSignals

/// The composition root: makes everything from a configuration, runs it, and takes it down again.
package struct Daemon: Sendable {
    /// How long the end waits for the log: a restart of journald takes less, and a stop must not hang on a journald that is gone.
    private static let logClosing = Duration.seconds(3)

    /// What it is made from.
    let configuration: DaemonConfiguration
    private let environment: [String: String]
    private let load: ConfigurationReload.Load

    /// A daemon of this configuration in this environment; nothing is opened yet.
    ///
    /// - Parameter load: reads the configuration again, for a reload.
    package init(
        configuration: DaemonConfiguration,
        environment: [String: String],
        load: @escaping ConfigurationReload.Load
    ) {
        self.configuration = configuration
        self.environment = environment
        self.load = load
    }

    /// Starts, tells systemd when it is ready, and returns when SIGTERM has drained every stage.
    ///
    /// READY never waits for AWS: it says that the configuration is valid, the journal was read, the sockets are bound and the
    /// pollers were started.
    ///
    /// - Throws: `DaemonStartError`.
    package func run() async throws {
        let lines = TaskLines()
        let logLevel = LogLevelSetting(configuration.logLevel)
        let secrets = SecretsInUse()
        let log = try openLog(secrets)
        // Last of all, however it ends: what was logged is out, or said to be lost.
        defer { log.close(within: Self.logClosing) }
        let logger = Logger(label: "builderd") { _ in TaskLineHandler(log.handler(level: logLevel), lines: lines) }
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup, .sigusr2)
        let journal = try openJournal(logger)
        try openWorkspaces()
        let registry = MetricsRegistry()
        let metrics = DaemonMetrics(factory: registry)
        metrics.started(version: BuilderdVersion.text, secondsSince1970: Date.now.timeIntervalSince1970)
        metrics.begin(notices: InstanceNotice.kinds)
        let aws = try AWSAccess(
            configuration: configuration,
            environment: environment,
            metrics: metrics,
            logger: logger
        )
        let containment = ToolContainment.detect()
        let isConfined = configuration.confinesTools && Confinement.isAvailable
        let tools = makeTools(containment, isConfined: isConfined, metrics: metrics, log: log)
        let orphans = OrphanSweep(
            orphans: OrphanSweep.orphans(in: configuration.workDirectory, claims: journal.unfinished, id: workspaceID),
            tools: tools,
            logger: logger
        )
        let stages = Stage.allCases.filter { configuration.activities[$0] != nil }
        let observer = MetricsObserver(
            metrics: metrics,
            slots: Dictionary(
                uniqueKeysWithValues: stages.map { ($0.rawValue, configuration.activities[$0]?.slots ?? 1) }
            )
        )
        let workers = makeWorkers(
            stages,
            aws: aws,
            journal: journal,
            tools: tools,
            orphans: orphans,
            observer: observer,
            secrets: secrets,
            logger: logger
        )
        let pauses = StagePauses(journal: journal, workers: workers)
        let notifier = ServiceNotifier(address: environment["NOTIFY_SOCKET"])
        let life = DaemonLife(notifier: notifier, logger: logger) { workers.map { $0.snapshot() } }
        let health = DaemonHealth(
            workers: workers,
            journal: journal,
            workFolder: WorkFolder(path: configuration.workDirectory),
            credentials: aws.credentials,
            registry: registry,
            life: life,
            tools: StatusDocument.Tools(containment: containment.name, landlock: isConfined),
            pauses: pauses,
            log: LogMeter { log.writer.counts },
            started: .now
        )
        let control = DaemonControl(
            workers: workers,
            journal: journal,
            pauses: pauses,
            lines: lines,
            workDirectory: configuration.workDirectory
        )
        let trace = ToolTrace(
            containment: containment,
            isUnit: environment["SYSTEMD_EXEC_PID"] == String(getpid()),
            workFolder: configuration.workDirectory
        )
        let refusals = RefusalLog(logger: logger)
        let servers = try await startServers(health: health, control: control, trace, refusals, logger)

        logger.notice(
            "builderd \(BuilderdVersion.text) starts: \(workers.count) of \(Stage.allCases.count) stages, region \(configuration.region)"
        )
        let live = LiveConfiguration(
            configuration,
            workers: Array(zip(stages, workers)),
            aws: aws.configuration,
            logLevel: logLevel,
            observer: observer
        )
        let report = ReloadReport(folder: ReloadReport.folder(environment), logger: logger)
        let reload = ConfigurationReload(
            of: configuration,
            load: load,
            apply: live.apply,
            logger: logger,
            began: {
                report.began()
                life.reloading()
            },
            ended: { outcome in
                metrics.reloaded(outcome: outcome.label)
                life.reloaded(outcome)
                report.ended(outcome)
            }
        )
        let hostEnd = HostEnd(
            termination: configuration.terminationHook.map {
                HeldTermination(
                    $0,
                    client: AutoScalingClient(aws.configuration),
                    notices: aws.notices,
                    logger: logger
                )
            },
            toolsEnded: { await orphans.ended() },
            logger: logger
        )
        let conductor = DrainConductor(
            workers: workers,
            wish: StopWish(environment: environment, logger: logger).read,
            logger: logger,
            phaseChanged: life.enter,
            stopping: {
                life.stopping()
                hostEnd.release()
            },
            reload: { await reload.reload() },
            reloadIgnored: { report.refused("builderd ends, and its next start reads the file") }
        )
        let watches = servers.map { server in
            SocketWatch(server, logger: logger) { await conductor.drain(why: "the \(server.purpose) socket is lost") }
        }
        // Shut down last to first: the sockets answer until everything else has ended.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] =
            watches.map { .init(service: $0, successTerminationBehavior: .ignore) }
        services += [
            .init(
                service: CredentialWarmUp(credentials: aws.credentials, logger: logger),
                successTerminationBehavior: .ignore
            ),
            .init(
                service: WorkersService(workers: workers, signals: signals, conductor: conductor, hostEnd: hostEnd),
                successTerminationBehavior: .gracefullyShutdownGroup
            ),
        ]
        services.append(
            .init(
                service: orphans,
                successTerminationBehavior: .ignore
            )
        )
        services.append(
            .init(
                service: NoticeWatch(
                    notices: aws.notices,
                    logger: logger,
                    looked: { isAnnounced in await hostEnd.looked(isAnnounced: isAnnounced) }
                ) { notice in
                    metrics.noticed(kind: notice.kind)
                    // First, as a host without tasks has drained at once.
                    await hostEnd.noticed(notice)
                    await conductor.hostEnds(
                        why: notice.description,
                        in: notice.time.map { .seconds(max(0, $0.timeIntervalSinceNow)) },
                        longestStop: live.longestStop
                    )
                },
                successTerminationBehavior: .ignore
            )
        )
        if let timeout = WatchdogPulse.timeout(environment: environment) {
            let pulse = WatchdogPulse(
                notifier: notifier,
                timeout: timeout,
                logger: logger,
                liveness: { [workers] in StageLiveness.pulse(workers.map { $0.snapshot() }) }
            )
            services.append(
                .init(service: CancelledAtShutdown { await pulse.run() }, successTerminationBehavior: .ignore)
            )
        }
        services.append(
            .init(service: CancelledAtShutdown { await life.narrate() }, successTerminationBehavior: .ignore)
        )
        services.append(
            .init(service: CancelledAtShutdown { await refusals.run() }, successTerminationBehavior: .ignore)
        )
        do {
            try await ServiceGroup(configuration: .init(services: services, logger: logger)).run()
        } catch {
            logger.critical("builderd ends: \(error)")
            for server in servers { await server.stop() }
            await aws.transport.shutdown()
            throw DaemonStartError("The daemon ended by an error: \(error)")
        }
        for server in servers { await server.stop() }
        await aws.transport.shutdown()
        if let loss = watches.compactMap(\.loss).first {
            throw DaemonStartError("The daemon has drained and ends: \(loss).")
        }
        logger.notice("builderd stops")
    }

    private func openLog(_ secrets: SecretsInUse) throws(DaemonStartError) -> LogOutput {
        let destination: LogDestination =
            switch configuration.logFormat {
            case .journal: .journal
            case .console: .console
            case .auto: LogDestination.detect(journalStream: environment["JOURNAL_STREAM"])
            }
        do {
            return try LogOutput(destination, environment: environment, lateRedaction: secrets)
        } catch {
            throw DaemonStartError("The log cannot be written: \(error)")
        }
    }

    private func openJournal(_ logger: Logger) throws(DaemonStartError) -> FileJournal {
        do {
            return try FileJournal(folder: configuration.stateDirectory, logger: logger)
        } catch {
            if error.code == .inUse { throw DaemonStartError("The state folder \(error.message)") }
            // What a person has to correct; a disk that is full or fails is tried again, as tasks wait in the journal.
            let isLasting = [EACCES, EPERM, ENOTDIR, EROFS, ELOOP, ENAMETOOLONG, ENOENT].contains(error.number ?? 0)
            throw DaemonStartError(
                "The state folder \(configuration.stateDirectory) cannot be used: \(error.message). "
                    + (isLasting
                        ? "Correct paths.state, or the folder's owner and mode (0700)."
                        : "Look at its disk: room, and the kernel's messages (journalctl -k)."),
                exitCode: isLasting ? 78 : 1
            )
        }
    }

    /// A host that cannot make workspaces would claim tasks only to fail them. One that is full may become free as tasks are resumed.
    private func openWorkspaces() throws(DaemonStartError) {
        if let reason = WorkFolder(path: configuration.workDirectory).defect() {
            throw DaemonStartError(
                "The workspaces' folder \(configuration.workDirectory) cannot be used: \(reason). "
                    + "Correct paths.work, or the folder's owner and mode (0700).",
                exitCode: 78
            )
        }
    }

    private func makeTools(
        _ containment: ToolContainment,
        isConfined: Bool,
        metrics: DaemonMetrics,
        log: LogOutput
    ) -> SupervisedTools {
        SupervisedTools(
            runner: ToolRunner(
                supervisor: .ownProgram,
                containment: containment,
                pacing: LogPace(writer: log.writer)
            ),
            searchPath: environment["PATH"] ?? ToolSearchPath.fallback,
            unreadable: isConfined ? [configuration.stateDirectory, configuration.workDirectory] : nil,
            meter: ToolMeter(metrics)
        )
    }

    /// The workspace of a claim that can be read: a worker here goes on with it, or ends what runs in it.
    private func workspaceID(_ claim: ClaimRecord) -> String? {
        guard let stage = Stage(rawValue: claim.stage),
            let header = try? EnvelopeHeader(stage: stage).decode(claim.input)
        else { return nil }
        return header.taskID(stage: claim.stage) { SHA256.digest($0).array }
    }

    private func makeWorkers(
        _ stages: [Stage],
        aws: AWSAccess,
        journal: FileJournal,
        tools: SupervisedTools,
        orphans: OrphanSweep,
        observer: MetricsObserver,
        secrets: SecretsInUse,
        logger: Logger
    ) -> [StageWorker] {
        let stageEnvironment = StageEnvironment(aws: aws.configuration, settings: configuration.stages)
        let service = StepFunctionsActivityService(StepFunctionsClient(aws.configuration))
        let workerName = configuration.workerName ?? HostName.workerName()
        let workFolder = WorkFolder(path: configuration.workDirectory)
        return stages.enumerated().compactMap { index, stage -> StageWorker? in
            guard let activity = configuration.activities[stage] else { return nil }
            return StageWorker(
                configuration: StageConfiguration(
                    stage: stage.rawValue,
                    activity: activity.arn,
                    workerName: workerName,
                    slots: activity.slots,
                    stopBudget: StageAssembly.stopBudget(of: stage, settings: configuration.stages),
                    version: BuilderdVersion.text,
                    recovery: index == 0 ? .ownAndAllExcept(Set(stages.map(\.rawValue))) : .own
                ),
                dependencies: WorkerDependencies(
                    service: service,
                    journal: journal,
                    digest: { SHA256.digest($0).array },
                    decode: { (input, name) throws(TaskFailure) in
                        try EnvelopeHeader(stage: Stage(rawValue: name) ?? stage).decode(input)
                    },
                    makeRedactor: { try TaskRedactor(workspace: $0, inUse: secrets) },
                    boot: StartRecord.currentBootId(),
                    tools: tools,
                    workspaceDirectory: configuration.workDirectory,
                    workspaceObstacle: { workFolder.obstacle() },
                    orphansEnded: { await orphans.ended() },
                    observer: observer,
                    logger: logger
                ),
                handler: StageAssembly.handler(of: stage, environment: stageEnvironment)
            )
        }
    }
}
