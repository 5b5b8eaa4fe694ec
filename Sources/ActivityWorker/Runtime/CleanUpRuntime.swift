import Logging

/// What stands behind the context of a stage that cleans up: nothing is recorded, and no lease is looked at.
struct CleanUpRuntime: TaskRuntime {
    let dependencies: WorkerDependencies
    let workspace: String
    let redactor: any TaskRedacting
    let logger: Logger

    func step<Inputs: Encodable & Sendable, Result: Codable & Sendable>(
        _ name: String,
        inputs: Inputs,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        try await body()
    }

    func ephemeral<Result: Sendable>(_ name: String, _ body: @Sendable () async throws -> Result) async throws -> Result
    {
        try await body()
    }

    func tool(_ name: String, _ invocation: ToolInvocation) async throws -> ToolExit {
        try ToolName.check(name)
        try JournalFolder.make("\(workspace)/tools")
        return try await dependencies.tools.run(
            invocation,
            // A name of its own: the stage may have run a tool of this name.
            folder: "\(workspace)/tools/clean-up-\(name)",
            // A clean-up that was cut off by a crash comes again.
            context: ToolRunContext(
                name: name,
                redactor: redactor,
                logger: logger,
                workspace: workspace,
                isAdoption: true,
                // The lease may be what ended the task: its deadline would stop the tool at once.
                isFenced: false
            )
        )
    }
}
