package import Logging

/// What a stage has of the worker while it runs one task.
///
/// Contract (the implementation is the worker's): `step` results are recorded before the next step starts, and a stage that is run
/// again from its top, by this process or by one after it, gets the recorded results back. The same name with other inputs than were
/// recorded ends in `Builder.Interrupted`. Every call throws `LeaseLost` at once when the lease is over, and `HandedOver` when a
/// successor of this process is to go on.
package struct TaskContext: Sendable {
    /// Short stable id of the task (16 hex digits of SHA-256 over execution, state, entered time and attempt): names of created resources derive from it.
    package let id: String
    /// The activity's stage, for example `bakery`.
    package let stage: String
    /// The worker's part of the envelope.
    package let header: TaskHeader
    /// The whole envelope, as JSON text.
    package let input: String
    /// Absolute path of the task's private directory (0700), removed when the task is reported.
    package let workspace: String
    /// The task's redactor.
    package let redactor: any TaskRedacting
    /// Writes lines with the task's metadata.
    package let logger: Logger
    let runtime: any TaskRuntime

    /// A context over `runtime`; tests of stages make one with a runtime of their own.
    package init(
        id: String,
        stage: String,
        header: TaskHeader,
        input: String,
        workspace: String,
        redactor: any TaskRedacting,
        logger: Logger,
        runtime: any TaskRuntime
    ) {
        self.id = id
        self.stage = stage
        self.header = header
        self.input = input
        self.workspace = workspace
        self.redactor = redactor
        self.logger = logger
        self.runtime = runtime
    }

    /// Runs `body` once for this name and these inputs, and records what it returned. `inputs` names what the result depends on.
    package func step<Inputs: Encodable & Sendable, Result: Codable & Sendable>(
        _ name: String,
        inputs: Inputs,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        try await runtime.step(name, inputs: inputs, body)
    }

    /// Runs `body` each time: its result holds a secret, or depends on nothing that could change, and is never recorded.
    package func ephemeral<Result: Sendable>(
        _ name: String,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        try await runtime.ephemeral(name, body)
    }

    /// Runs an external tool; attaches to it where it runs already, and returns how it ended where it has.
    package func tool(_ name: String, _ invocation: ToolInvocation) async throws -> ToolExit {
        try await runtime.tool(name, invocation)
    }
}

/// What stands behind a `TaskContext`.
package protocol TaskRuntime: Sendable {
    /// See `TaskContext.step`.
    func step<Inputs: Encodable & Sendable, Result: Codable & Sendable>(
        _ name: String,
        inputs: Inputs,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result
    /// See `TaskContext.ephemeral`.
    func ephemeral<Result: Sendable>(_ name: String, _ body: @Sendable () async throws -> Result) async throws -> Result
    /// See `TaskContext.tool`.
    func tool(_ name: String, _ invocation: ToolInvocation) async throws -> ToolExit
}

/// The task is a successor's from now on: the stage ends, its tool runs on, nothing is reported.
package struct HandedOver: Error, Sendable, Hashable {
    /// An ending of this kind.
    package init() {}
}

/// The lease of the task is over: nothing that the stage still does can be reported.
package struct LeaseLost: Error, Sendable, Hashable {
    /// Why it is over.
    package enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        /// No heartbeat was acknowledged in time.
        case expired
        /// The service said `TaskTimedOut`.
        case timedOut
        /// The service said `TaskDoesNotExist`: the execution was stopped.
        case cancelled
        /// The service said `InvalidToken`, or the token was refused after an ambiguous report.
        case tokenDead
    }
    /// Why it is over.
    package let reason: Reason

    /// A loss for this reason.
    package init(reason: Reason) { self.reason = reason }
}
