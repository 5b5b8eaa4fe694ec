/// Answers for what an earlier process left in the journal, beside the polling: a recorded outcome is reported, a claim without one
/// is failed at once so that the state machine can retry.
struct RecoveredTasks {
    let core: StageCore

    /// Adds a child to `group` for each task that this worker answers for.
    func answer(in group: inout DiscardingTaskGroup) async {
        let configuration = core.configuration
        let recovered = await core.dependencies.journal.recover { configuration.recovers(stage: $0) }
        for task in recovered {
            group.addTask { await answer(task) }
        }
    }

    private func answer(_ recovered: RecoveredTask) async {
        let dependencies = core.dependencies
        let task = RunningTask(claim: recovered.claim, received: core.now)
        if let header = try? dependencies.decode(recovered.claim.input) {
            let id = dependencies.taskID(stage: recovered.claim.stage, header: header)
            task.identify(RunningTask.Identity(id: id, header: header))
        }
        core.began(task)
        if let report = recovered.report {
            await TaskReporting(core: core, task: task, isAmbiguous: true, isRecorded: true).settle(report)
        } else {
            await endTools(of: task)
            // A damaged claim has no folder that an outcome could be written to with trust; it is failed the same way again if need be.
            await TaskReporting(core: core, task: task, isRecorded: recovered.isDamaged).fail(Self.interrupted)
        }
        core.finished(task, freesSlot: false)
    }

    /// Before the failure is reported: the retry must not meet a tool of this attempt at work. The token is kept alive meanwhile.
    private func endTools(of task: RunningTask) async {
        guard let id = task.identity?.id else { return }
        await withDiscardingTaskGroup { group in
            group.addTask { await Heartbeats(core: core, task: task).run() }
            await core.dependencies.tools.endLeftOvers(
                under: "\(core.dependencies.workspaceDirectory)/\(id)/tools",
                logger: core.logger(for: task)
            )
            group.cancelAll()
        }
    }

    private static let interrupted = TaskFailure(
        .interrupted,
        message: "builderd ended while it worked on this task, and was started again.",
        next: "Nothing: the state machine retries. Why it ended is in `journalctl -u builderd` before its last start."
    )
}
