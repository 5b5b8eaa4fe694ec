import Logging

/// One polled task from its claim to its ending.
struct TaskExecution {
    let core: StageCore
    let task: RunningTask
    private let dependencies: WorkerDependencies
    private var configuration: StageConfiguration { core.configuration }

    init(core: StageCore, polled: PolledTask, received: BootInstant) {
        self.core = core
        dependencies = core.dependencies
        task = RunningTask(
            claim: ClaimRecord(
                id: dependencies.shortHash(polled.token.secretValue),
                stage: core.configuration.stage,
                activity: core.configuration.activity,
                claimedMilliseconds: dependencies.clock.wallMilliseconds(),
                token: polled.token,
                input: polled.input,
                boot: dependencies.boot,
                received: received
            ),
            received: received
        )
    }

    /// Works the task to its end. Never throws and never leaves the token unanswered, whatever is wrong with the task.
    func run() async {
        core.began(task)
        await work()
        core.finished(task, freesSlot: true)
    }

    private func work() async {
        let reporting = TaskReporting(core: core, task: task)
        do throws(JournalError) {
            try await dependencies.journal.claim(task.claim)
        } catch {
            core.logger.error("a task was handed over but cannot be recorded, so it is failed: \(error.message)")
            await reporting.fail(Self.unrecorded(error))
            return
        }
        core.observe(.claimed)
        let header: TaskHeader
        do throws(TaskFailure) {
            header = try dependencies.decode(task.claim.input, configuration.stage)
        } catch {
            logClaimed(core.logger, level: .notice)
            await reporting.fail(error)
            return
        }
        let id = dependencies.taskID(stage: configuration.stage, header: header)
        task.identify(RunningTask.Identity(id: id, header: header))
        if core.leavesLateTasks {
            logClaimed(core.logger(for: task), level: .notice)
            switch await lateFate() {
            case .successor: break
            case .drain: await reporting.fail(Self.draining)
            case .interrupt: await reporting.fail(Self.interruptedLate)
            }
        } else if core.isDraining {
            await reporting.fail(Self.draining)
        } else if header.action == .ping {
            logClaimed(core.logger, level: .debug)
            await reporting.settle(.success(output: pong))
        } else {
            let logger = core.logger(for: task)
            logClaimed(logger, level: .info)
            await StageRun(core: core, task: task, header: header, id: id, logger: logger, terms: core.terms).run()
        }
    }

    /// Waits until it is sure whose the task is; its token is kept alive meanwhile.
    private func lateFate() async -> StageCore.LateFate {
        await withTaskGroup { group in
            group.addTask { await Heartbeats(core: core, task: task).run() }
            let fate = await core.lateFate()
            group.cancelAll()
            return fate
        }
    }

    private func logClaimed(_ logger: Logger, level: Logger.Level) {
        logger.log(
            level: level,
            "task claimed",
            metadata: [LogKey.messageID: "\(MessageID.claimed)", LogKey.claim: "\(task.claim.id)"]
        )
    }

    private var pong: String {
        var text = "{\"ping\":\"ok\",\"stage\":"
        JSONText.append(configuration.stage, to: &text)
        text += ",\"worker\":"
        JSONText.append(configuration.workerName, to: &text)
        text += ",\"version\":"
        JSONText.append(configuration.version, to: &text)
        return text + "}"
    }

    private static func unrecorded(_ error: JournalError) -> TaskFailure {
        TaskFailure(
            .interrupted,
            message: "builderd could not record the task before starting it: \(error.message)",
            next:
                "Free room in, or repair, the state folder of this builder host. The state machine retries; nothing was started."
        )
    }

    private static let interruptedLate = TaskFailure(
        .interrupted,
        message:
            "The task arrived while builderd was stopping, and builderd was told to stop at once. Nothing was started.",
        next: "Nothing: the state machine retries, on this host once it is back or on another."
    )

    private static let draining = TaskFailure(
        .draining,
        message: "The task arrived while builderd was stopping. Nothing was started.",
        next: "Nothing: the state machine retries, on this host once it is back or on another."
    )
}

extension StageCore {
    /// A logger with what is known of `task`.
    func logger(for task: RunningTask) -> Logger {
        var logger = logger
        guard let identity = task.identity else { return logger }
        logger[metadataKey: LogKey.task] = "\(identity.id)"
        logger[metadataKey: LogKey.execution] = "\(identity.header.execution)"
        if let application = identity.header.application { logger[metadataKey: LogKey.application] = "\(application)" }
        return logger
    }
}
