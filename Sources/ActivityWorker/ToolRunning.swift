package import Logging

/// What the worker needs of a tool supervisor. `DaemonCore` adapts `ToolSupervisor` to it.
package protocol ToolRunning: Sendable {
    /// Runs `invocation` to its end in `folder` (made by the callee, private to this invocation) and returns how it ended. Where
    /// `context.isAdoption`, it may have been started there by an earlier process, and is then followed, never started twice.
    ///
    /// Cancelling the calling task runs the invocation's stop policy, unless `context.leavesRunning` says then that the tool is to run on;
    /// the call still returns only when the tool is over, with `ToolExit.stopped` true. Output goes to `ToolExit.standardOutput` and `.standardError` unredacted; what the
    /// callee logs of it has passed `redactor`.
    ///
    /// - Throws: `TaskFailure` `Builder.ToolMissing` when the executable is not there or not executable, `Builder.ToolLost` when how it
    ///   ended cannot be known; `HandedOver` when it runs on.
    func run(_ invocation: ToolInvocation, folder: String, context: ToolRunContext) async throws -> ToolExit

    /// Ends what runs in the invocations' folders under `folder`, whoever started it; returns when it is over and nothing can be started
    /// there any more. Returns at once when there is no such folder or nothing runs.
    func endLeftOvers(under folder: String, logger: Logger) async

    /// Moves the deadline by which the tools of the task with this workspace are stopped even if this process is no more. Called before
    /// the first tool, and after each acknowledged heartbeat.
    func extendLease(workspace: String, until deadline: BootInstant, logger: Logger)
}

/// What surrounds one run of a tool.
package struct ToolRunContext: Sendable {
    /// Name of the step, for the journal's `BUILDERD_TOOL`.
    package let name: String
    /// What every byte passes before it leaves the workspace.
    package let redactor: any TaskRedacting
    /// Carries the task's metadata.
    package let logger: Logger
    /// The task's workspace.
    package let workspace: String
    /// Whether an earlier process may have started it.
    package let isAdoption: Bool
    /// Whether it is stopped at the lease's deadline. False for what cleans up after a task, which may begin after it.
    package let isFenced: Bool
    /// Asked when the calling task is cancelled: whether the tool is to run on for a successor.
    package let leavesRunning: @Sendable () -> Bool
    /// Asked when the calling task is cancelled, and while the tool stops: when it is to be dead though its grace be longer, as the host
    /// ends then; `nil` for its whole grace.
    package let stopBy: @Sendable () -> BootInstant?

    /// A context of these parts.
    package init(
        name: String,
        redactor: any TaskRedacting,
        logger: Logger,
        workspace: String,
        isAdoption: Bool = false,
        isFenced: Bool = true,
        leavesRunning: @escaping @Sendable () -> Bool = { false },
        stopBy: @escaping @Sendable () -> BootInstant? = { nil }
    ) {
        self.name = name
        self.redactor = redactor
        self.logger = logger
        self.workspace = workspace
        self.isAdoption = isAdoption
        self.isFenced = isFenced
        self.leavesRunning = leavesRunning
        self.stopBy = stopBy
    }
}

/// One external program to run.
package struct ToolInvocation: Sendable, Hashable, Codable {
    /// Absolute path, or a name that is looked up in the daemon's `PATH`.
    package var executable: String
    /// Arguments without the program's name. Never a secret: argv is world-readable.
    package var arguments: [String]
    /// The whole environment of the tool; nothing is inherited.
    package var environment: [String: String]
    /// Absolute path.
    package var workingDirectory: String
    /// How it is asked to stop.
    package var stop: ToolStopPolicy
    /// Whether its output goes to the log, line by line and redacted. False for a command that prints secrets which no redactor can know
    /// yet: Terraform's `show -json` and `output -json` print sensitive values in clear. Default true.
    package var logsOutput: Bool
    /// Exit statuses that are no failure of the tool: some say by it what they found. For what is counted and logged of it; the stage
    /// judges for itself. Default 0 alone.
    package var successStatuses: [Int32]
    /// What its lines are written in; the log shows them decoded, the files in the workspace as they are. Default `text`.
    package var outputForm: ToolOutputForm

    /// An invocation of these parts.
    package init(
        executable: String,
        arguments: [String],
        environment: [String: String],
        workingDirectory: String,
        stop: ToolStopPolicy,
        logsOutput: Bool = true,
        successStatuses: [Int32] = [0],
        outputForm: ToolOutputForm = .text
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.stop = stop
        self.logsOutput = logsOutput
        self.successStatuses = successStatuses
        self.outputForm = outputForm
    }
}

/// What a tool's lines are written in.
package enum ToolOutputForm: String, Sendable, Hashable, Codable {
    /// For people.
    case text
    /// `packer -machine-readable`: `epoch,target,category,data…`, escaped.
    case packerMachineReadable
}

/// How a tool is stopped: one SIGTERM to the leader, never a second, never to the group; SIGKILL to all of it at the hard deadline.
package struct ToolStopPolicy: Sendable, Hashable, Codable {
    /// From SIGTERM to SIGKILL.
    package var grace: Duration

    /// A policy of this grace.
    package init(grace: Duration) { self.grace = grace }
}

/// How a tool ended.
package struct ToolExit: Sendable, Hashable, Codable {
    /// Exit status when it exited by itself.
    package var status: Int32?
    /// Signal number when a signal ended it.
    package var signal: Int32?
    /// Whether its stop policy was run.
    package var stopped: Bool
    /// Absolute path of its whole standard output, unredacted, in the workspace.
    package var standardOutput: String
    /// Absolute path of its whole standard error, unredacted, in the workspace.
    package var standardError: String

    /// An exit of these parts.
    package init(status: Int32?, signal: Int32?, stopped: Bool, standardOutput: String, standardError: String) {
        self.status = status
        self.signal = signal
        self.stopped = stopped
        self.standardOutput = standardOutput
        self.standardError = standardError
    }
}
