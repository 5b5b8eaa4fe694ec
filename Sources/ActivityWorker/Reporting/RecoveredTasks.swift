import Logging

/// Answers for what an earlier process left in the journal, beside the polling: a recorded outcome is reported, a task of this boot is
/// resumed where it was, and what cannot be is cleaned up after and failed at once so that the state machine can retry.
struct RecoveredTasks {
    let core: StageCore

    /// Adds a child to `group` for each task that this worker answers for.
    func answer(in group: inout DiscardingTaskGroup) async {
        let configuration = core.configuration
        let recovered = await core.dependencies.journal.recover { configuration.recovers(stage: $0) }
        for task in recovered {
            // Before any slot polls: a resumed task takes one.
            let running = begin(task)
            group.addTask { await answer(task, running) }
        }
    }

    private func begin(_ recovered: RecoveredTask) -> RunningTask {
        let dependencies = core.dependencies
        let isThisBoot = recovered.claim.boot == dependencies.boot
        let task = RunningTask(claim: recovered.claim, received: isThisBoot ? recovered.claim.received : core.now)
        if let header = try? dependencies.decode(recovered.claim.input, recovered.claim.stage) {
            let id = dependencies.taskID(stage: recovered.claim.stage, header: header)
            task.identify(RunningTask.Identity(id: id, header: header))
        }
        if let who = WorkerRecord.canceller(in: recovered.steps) { _ = task.cancel(by: who, record: nil) }
        core.began(task, takesSlot: true)
        return task
    }

    private func answer(_ recovered: RecoveredTask, _ task: RunningTask) async {
        let dependencies = core.dependencies
        let isOwn = recovered.claim.stage == core.configuration.stage
        if let report = recovered.report {
            await TaskReporting(core: core, task: task, isAmbiguous: true, isRecorded: true).settle(report)
        } else if !recovered.isDamaged, isOwn, recovered.claim.boot == dependencies.boot, let identity = task.identity,
            identity.header.action != .ping, isResumable(recovered, identity)
        {
            core.logger(for: task).notice(
                "task of an earlier process of builderd resumed",
                metadata: [LogKey.claim: "\(task.claim.id)"]
            )
            core.observe(.resumed)
            await StageRun(
                core: core,
                task: task,
                header: identity.header,
                id: identity.id,
                logger: core.logger(for: task),
                terms: core.terms,
                resumed: recovered.steps
            ).run()
        } else {
            await fail(recovered, task, isOwn: isOwn)
        }
        core.finished(task, freesSlot: true)
    }

    /// A task whose tools may have run needs the workspace that they ran in. One without any may begin anew.
    private func isResumable(_ recovered: RecoveredTask, _ identity: RunningTask.Identity) -> Bool {
        recovered.steps.isEmpty || Workspace.exists("\(core.dependencies.workspaceDirectory)/\(identity.id)")
    }

    private func fail(_ recovered: RecoveredTask, _ task: RunningTask, isOwn: Bool) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await Heartbeats(core: core, task: task).run() }
            await endWork(of: task, isOwn: isOwn)
            group.cancelAll()
        }
        // A damaged claim has no folder that an outcome could be written to with trust; it is failed the same way again if need be.
        let reporting = TaskReporting(core: core, task: task, isRecorded: recovered.isDamaged)
        if case .lost(let reason) = task.leaseEnd {
            await reporting.leaseLost(reason)
        } else {
            await reporting.fail(task.cancelledBy.map { .cancelled(by: $0) } ?? Self.interrupted)
        }
    }

    /// Before the failure is reported: the retry must not meet a tool of this attempt at work, nor what it left. The token is kept alive
    /// meanwhile.
    private func endWork(of task: RunningTask, isOwn: Bool) async {
        guard let identity = task.identity else {
            // Of a damaged record, or one of another version, only the token is known: its tool runs in a workspace that no claim accounts
            // for.
            await core.dependencies.orphansEnded()
            return
        }
        guard identity.header.action != .ping else { return }
        let logger = core.logger(for: task)
        let workspace = "\(core.dependencies.workspaceDirectory)/\(identity.id)"
        guard isOwn else {
            await core.dependencies.tools.endLeftOvers(under: "\(workspace)/tools", logger: logger)
            return
        }
        // After a power loss there is none; what the stage left elsewhere is to be removed all the same.
        try? Workspace.keep(workspace)
        let handler = core.terms.handler
        await CleanUp(
            core: core,
            task: task,
            header: identity.header,
            id: identity.id,
            logger: logger,
            handler: handler
        ).run(redactor: nil)
    }

    private static let interrupted = TaskFailure(
        .interrupted,
        message: "The host or builderd ended while it worked on this task, which could not be resumed.",
        next: "Nothing: the state machine retries. Why it ended is in `journalctl -u builderd` before its last start."
    )
}
