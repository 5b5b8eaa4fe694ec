/// Works one activity: polls while a slot is free, and takes each task through claim, lease, stage, outcome and report.
///
/// The actor is the stage's face; its slots run beside each other on Swift's pool and share their state under a lock.
package actor StageWorker {
    private let core: StageCore
    private var isStarted = false

    /// A worker that does nothing until `run`.
    package init(configuration: StageConfiguration, dependencies: WorkerDependencies, handler: any StageHandler) {
        core = StageCore(configuration: configuration, dependencies: dependencies, handler: handler)
    }

    /// Answers for what an earlier process left, and polls and works until drained. Returns when no poll is open, every task is
    /// over and every report answered (or, once interrupted, left to the next start). Call it once.
    ///
    /// Cancelling the caller interrupts the worker; an open poll is not aborted by that either, so the return can take as long
    /// as the service holds a poll.
    ///
    /// - Parameter pollingMayBegin: returns when the first poll may be opened; what an earlier process left does not wait for it. A drain
    ///   does, so it is to return soon. Default: at once.
    package func run(pollingMayBegin: @escaping @Sendable () async -> Void = {}) async throws {
        guard !isStarted else { return }
        isStarted = true
        core.start()
        let core = core
        // Shielded from the caller's cancellation, which would abort open polls and lose what they bring.
        let loops = Task {
            await withDiscardingTaskGroup { group in
                await RecoveredTasks(core: core).answer(in: &group)
                await pollingMayBegin()
                for await slot in core.slotsToRun {
                    group.addTask { await SlotLoop(core: core, slot: slot).run() }
                }
            }
        }
        await withTaskCancellationHandler {
            await loops.value
        } onCancel: {
            core.drain(interrupting: true)
        }
        core.stop()
    }

    /// No new polls; open polls end by themselves, late tasks are failed with `Builder.Draining`, running tasks are waited for.
    /// A second call interrupts.
    package nonisolated func drain() { core.drain(interrupting: false) }

    /// No further polls; what an open poll still brings is claimed for a successor of this process. Tasks go on until `handOver`, and
    /// `run` returns only after that, or when all of them are over.
    package nonisolated func prepareHandOver() { core.prepareHandOver() }

    /// The hand-over is off: what an open poll still brings is failed with `Builder.Draining`, and the tasks are waited for.
    package nonisolated func cancelHandOver() { core.keepLateTasks(false) }

    /// Returns when no poll is open.
    package nonisolated func pollsClosed() async { await core.pollsClosed() }

    /// Leaves the tasks to a successor: tools run on at once under their supervisors, a step in progress is waited for and recorded.
    /// Nothing is reported but what was already on its way.
    package nonisolated func handOver() { core.handOver() }

    /// After `handOver`: cancels the steps that are still in progress; run again they find what they did.
    package nonisolated func endHandedOverSteps() { core.endHandedOverStages() }

    /// As `drain`, and the stages are cancelled now: each task is reported as `Builder.Interrupted` once its stage has ended.
    ///
    /// - Parameter deadline: when tools are to be dead, though their graces be longer: the host ends soon after. It may be told later, too.
    package nonisolated func interrupt(by deadline: BootInstant? = nil) {
        core.drain(interrupting: true, by: deadline)
    }

    /// Tasks that begin from now on are worked on these terms, at most `slots` of them at once, 1 to 64. Running tasks keep theirs, and
    /// are not ended for being too many.
    package nonisolated func adopt(_ terms: StageTerms, slots: Int) { core.adopt(terms, slots: slots) }

    /// No polls until `resume`, also before `run`. An open poll is not aborted and may still bring a task; tasks go on.
    package nonisolated func pause() { core.pause() }

    /// Polling goes on.
    package nonisolated func resume() { core.resume() }

    /// Stops the task of this id or claim: its stage is cancelled, its tools get their stop policy, and the task is reported as
    /// `Builder.Cancelled`, for an operator, `who`. When this returns `cancelled` the wish is on disk: a successor after a crash ends the task too.
    package nonisolated func cancel(_ task: String, by who: String) async -> TaskCancellation {
        await core.cancel(task, by: who)
    }

    /// What the worker is doing now.
    package nonisolated func snapshot() -> StageSnapshot { core.snapshot() }
}
