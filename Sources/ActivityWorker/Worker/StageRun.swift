import FoundationEssentials
import Logging

/// Runs the stage of one task under its lease: first heartbeat, workspace, stage, and then the report, heartbeats going on to the end.
struct StageRun {
    let core: StageCore
    let task: RunningTask
    let header: TaskHeader
    let id: String
    let logger: Logger
    /// What the task is worked on to its end.
    let terms: StageTerms
    /// What an earlier process recorded, for a task that it left; `nil` for one that begins.
    var resumed: [StepRecord]?

    private var configuration: StageConfiguration { core.configuration }
    private var dependencies: WorkerDependencies { core.dependencies }
    private var workspace: String { "\(dependencies.workspaceDirectory)/\(id)" }
    private var cleanUp: CleanUp {
        CleanUp(core: core, task: task, header: header, id: id, logger: logger, handler: terms.handler)
    }

    /// Time kept for stopping. What an earlier process started stops by the grace that it was started with, whatever is configured now.
    private var stopBudget: Duration { max(terms.stopBudget, recordedBudget ?? .zero) }
    private var recordedBudget: Duration? { WorkerRecord.stopBudget(in: resumed ?? []) }

    /// Before the first tool: a successor's lease must leave it the time to stop in.
    private func recordBudget() async {
        guard recordedBudget != stopBudget else { return }
        let record = WorkerRecord.of(stopBudget: stopBudget, atMilliseconds: dependencies.clock.wallMilliseconds())
        do throws(JournalError) {
            try await dependencies.journal.record(record, claim: task.claim)
        } catch {
            logger.error(
                "the time kept for stopping cannot be recorded, so a restart would go by its own: \(error.message)"
            )
        }
    }

    func run() async {
        let reporting = TaskReporting(core: core, task: task)
        if resumed == nil {
            if let refusal = Lease.refusal(
                of: header,
                stopBudget: terms.stopBudget,
                margin: configuration.heartbeatMargin
            ) {
                await reporting.fail(refusal)
                return
            }
            if core.hasAnother(than: task, withID: id) {
                await reporting.fail(Self.twin)
                return
            }
        }
        task.open(lease)
        let heartbeats = Heartbeats(core: core, task: task)
        guard await heartbeats.acknowledgeFirst() else {
            await conclude(.failure(CancellationError()), redactor: nil, heartbeatsRun: false)
            return
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await heartbeats.run() }
            group.addTask { await watchDeadline() }
            let (result, redactor) = await runStage()
            if case .success = result { task.stageEnded() }
            await conclude(result, redactor: redactor, heartbeatsRun: true)
            group.cancelAll()
        }
    }

    private var lease: Lease {
        var lease = Lease(
            header: header,
            received: task.received,
            wallMilliseconds: task.claim.claimedMilliseconds,
            stopBudget: stopBudget
        )
        if resumed != nil { lease.restart(at: core.now) }
        return lease
    }

    private func watchDeadline() async {
        while !Task.isCancelled, let deadline = task.checkDeadline(at: core.now) {
            try? await dependencies.clock.sleep(deadline)
        }
    }

    /// The stage in a Swift task of its own, which the end of the lease cancels and which is always awaited.
    private func runStage() async -> (Result<String, any Error>, (any TaskRedacting)?) {
        let redactor: any TaskRedacting
        do {
            if resumed == nil { try Workspace.make(workspace) } else { try Workspace.keep(workspace) }
            redactor = try dependencies.makeRedactor(workspace)
        } catch {
            return (.failure(error), nil)
        }
        task.open(workspace: workspace)
        core.extendLease(of: task)
        await recordBudget()
        let context = TaskContext(
            id: id,
            stage: configuration.stage,
            header: header,
            input: task.claim.input,
            workspace: workspace,
            redactor: redactor,
            logger: logger,
            runtime: LiveTaskRuntime(
                task: task,
                dependencies: dependencies,
                workspace: workspace,
                redactor: redactor,
                logger: logger,
                resumed: resumed
            )
        )
        let handler = terms.handler
        let stage = Task { try await handler.run(context) }
        task.stageStarted(stage)
        return (await stage.result, redactor)
    }

    /// What the stage's end means, and its report.
    private func conclude(
        _ result: Result<String, any Error>,
        redactor: (any TaskRedacting)?,
        heartbeatsRun: Bool
    ) async {
        let redact: (String) -> String = { redactor?.redact($0) ?? $0 }
        // Frozen before the clean-up: what comes while it runs is not why the stage ended.
        let (end, isInterrupted) = (task.leaseEnd, task.isInterrupted)
        if case .failure(let error) = result {
            if task.isHandedOver, Self.isEnding(error) {
                logger.notice(
                    "task left to the next start of builderd; its tool runs on",
                    metadata: [LogKey.messageID: "\(MessageID.handedOver)", LogKey.claim: "\(task.claim.id)"]
                )
                return
            }
            // Over before anything is reported, or a retry meets a tool or a left-over of this attempt.
            await cleanUp.run(redactor: redactor)
            task.stageEnded()
        }
        let reporting = TaskReporting(core: core, task: task, heartbeatsRun: heartbeatsRun)
        let report: TaskReport
        let verdict: RunningTask.LeaseEnd? = if case .lost = task.leaseEnd { task.leaseEnd } else { end }
        switch (verdict, result) {
        case (.lost(let reason), _):
            if case .failure(let error) = result, !Self.isEnding(error) {
                logger.warning("the stage ended after its lease with: \(redact(Self.describe(error)))")
            }
            await reporting.leaseLost(reason)
            return
        case (_, .success(let output)):
            report = .of(output: output, stage: configuration.stage, task: id, redact: redact)
        case (.timeLimit, .failure(let error)):
            report = .of(Self.timedOut(error, header), stage: configuration.stage, task: id, redact: redact)
        case (nil, .failure(let error)) where task.cancelledBy != nil:
            report = .of(
                .cancelled(
                    by: task.cancelledBy ?? "",
                    step: (error as? TaskFailure)?.step,
                    detail: Self.isEnding(error) ? nil : Self.describe(error)
                ),
                stage: configuration.stage,
                task: id,
                redact: redact
            )
        case (nil, .failure(let error)) where isInterrupted || error is HandedOver:
            report = .of(Self.interrupted(error), stage: configuration.stage, task: id, redact: redact)
        case (nil, .failure(let error)):
            let failure = error as? TaskFailure ?? Self.unexpected(error)
            report = .of(failure, stage: configuration.stage, task: id, redact: redact)
        }
        await reporting.settle(report)
    }

    /// Whether the error says only that the stage was told to end.
    private static func isEnding(_ error: any Error) -> Bool {
        error is LeaseLost || error is CancellationError || error is HandedOver
    }

    private static func describe(_ error: any Error) -> String {
        guard let failure = error as? TaskFailure else { return "\(error)" }
        return "\(failure.error): \(failure.message)" + (failure.detail.map { "\n\($0)" } ?? "")
    }

    private static func timedOut(_ error: any Error, _ header: TaskHeader) -> TaskFailure {
        TaskFailure(
            .timedOut,
            message:
                "The state's timeoutSeconds (\(header.timeout.wholeSeconds)) was nearly used up, so the stage was stopped.",
            next:
                "Look in the detail and the log for what took long; raise TimeoutSeconds of the state and timeoutSeconds in its Parameters if the work needs it.",
            step: (error as? TaskFailure)?.step,
            detail: isEnding(error) ? nil : describe(error)
        )
    }

    private static func interrupted(_ error: any Error) -> TaskFailure {
        TaskFailure(
            .interrupted,
            message: "builderd was told to stop at once, so the stage was stopped.",
            next: "Nothing: the state machine retries, on this host once it is back or on another.",
            step: (error as? TaskFailure)?.step,
            detail: isEnding(error) ? nil : describe(error)
        )
    }

    private static func unexpected(_ error: any Error) -> TaskFailure {
        TaskFailure(
            .internal,
            message: "The stage failed in a way it has no name for: \(error)",
            next: "Report this as a fault of builderd, with the version and the log of this execution."
        )
    }

    private static let twin = TaskFailure(
        .internal,
        message: "Another task with the same execution, state, entered time and attempt runs on this host.",
        next:
            "Pass $$.Execution.Id, $$.State.EnteredTime and $$.State.RetryCount in the state's Parameters, and give parallel branches states of their own."
    )
}
