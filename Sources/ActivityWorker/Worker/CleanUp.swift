import Logging

/// What comes between the end of a stage that failed and its report: its tools are over, and its stage has removed what it left.
struct CleanUp {
    /// How long a stage may clean up.
    static let budget = Duration.seconds(120)
    /// How long when the worker is to stop at once.
    static let interruptedBudget = Duration.seconds(10)

    /// Kept of the state's time for the report.
    private static let reportBudget = Duration.seconds(5)
    /// How long at least, when the state's time is used up.
    private static let leastBudget = Duration.seconds(5)

    let core: StageCore
    let task: RunningTask
    let header: TaskHeader
    let id: String
    let logger: Logger
    let handler: any StageHandler

    private var dependencies: WorkerDependencies { core.dependencies }
    private var workspace: String { "\(dependencies.workspaceDirectory)/\(id)" }

    /// A report after the state's time counts for nothing.
    private var budget: Duration {
        let budget = task.isInterrupted ? Self.interruptedBudget : Self.budget
        guard task.leaseEnd == .timeLimit, let limit = task.lease?.limit else { return budget }
        return min(budget, max(Self.leastBudget, limit - dependencies.clock.now() - Self.reportBudget))
    }

    /// Ends the tools, then lets the stage clean up.
    ///
    /// - Parameter redactor: the task's; `nil` makes one from the workspace, or none where there is no workspace.
    func run(redactor: (any TaskRedacting)?) async {
        await dependencies.tools.endLeftOvers(under: "\(workspace)/tools", logger: logger)
        // Secrets that cannot be read: then nothing may be shown, and the stage would log.
        guard let redactor = try? redactor ?? dependencies.makeRedactor(workspace) else { return }
        let context = TaskContext(
            id: id,
            stage: core.configuration.stage,
            header: header,
            input: task.claim.input,
            workspace: workspace,
            redactor: redactor,
            logger: logger,
            runtime: CleanUpRuntime(
                dependencies: dependencies,
                workspace: workspace,
                redactor: redactor,
                logger: logger
            )
        )
        let handler = handler
        let budget = budget
        await withTaskGroup { group in
            group.addTask {
                await handler.cleanUp(context)
                return true
            }
            group.addTask { [clock = dependencies.clock] in
                try? await clock.sleep(clock.now() + budget)
                return false
            }
            if await group.next() == false {
                logger.warning(
                    "cleaning up after the task took longer than \(budget.wholeSeconds) s and is left unfinished"
                )
            }
            group.cancelAll()
        }
    }
}
