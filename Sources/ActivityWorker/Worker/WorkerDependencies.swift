package import Logging

/// Everything a worker needs from outside, as values.
package struct WorkerDependencies: Sendable {
    /// Step Functions.
    package var service: any ActivityService
    /// Where claims and outcomes are kept; shared by all stages of the daemon.
    package var journal: any TaskJournal
    /// Time. Default: the machine's.
    package var clock: WorkerClock
    /// A number in 0..<1, for jitter. Default: the system's generator.
    package var random: @Sendable () -> Double
    /// SHA-256: 32 bytes.
    package var digest: @Sendable ([UInt8]) -> [UInt8]
    /// Reads the worker's part of an envelope of a stage, which may be another than the worker's: one that was since switched off. Throws
    /// `Builder.InputInvalid` that says what was found and what is allowed.
    package var decode: @Sendable (_ input: String, _ stage: String) throws(TaskFailure) -> TaskHeader
    /// Makes one task's redactor; its argument is the task's workspace, an existing private folder.
    package var makeRedactor: @Sendable (_ workspace: String) throws -> any TaskRedacting
    /// This boot's id (`/proc/sys/kernel/random/boot_id`): a task that was claimed in another boot has no tools left.
    package var boot: String
    /// Runs external tools.
    package var tools: any ToolRunning
    /// Absolute path of the folder that holds the tasks' workspaces; made (0700) when it is not there.
    package var workspaceDirectory: String
    /// Why no workspace can be made now; `nil` when all is well. Asked before each poll: nothing is claimed only to be failed.
    package var workspaceObstacle: @Sendable () -> String?
    /// Returns when no tool runs that no readable claim accounts for. Awaited before a task is failed of which only the token is known.
    package var orphansEnded: @Sendable () async -> Void
    /// Hears what happens, for metrics and health.
    package var observer: any WorkerObserver
    /// Where the worker's lines go.
    package var logger: Logger

    /// Dependencies of these parts.
    package init(
        service: any ActivityService,
        journal: any TaskJournal,
        clock: WorkerClock = .system,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        digest: @escaping @Sendable ([UInt8]) -> [UInt8],
        decode: @escaping @Sendable (_ input: String, _ stage: String) throws(TaskFailure) -> TaskHeader,
        makeRedactor: @escaping @Sendable (_ workspace: String) throws -> any TaskRedacting,
        boot: String,
        tools: any ToolRunning,
        workspaceDirectory: String,
        workspaceObstacle: @escaping @Sendable () -> String? = { nil },
        orphansEnded: @escaping @Sendable () async -> Void = {},
        observer: any WorkerObserver = SilentObserver(),
        logger: Logger
    ) {
        self.service = service
        self.journal = journal
        self.clock = clock
        self.random = random
        self.digest = digest
        self.decode = decode
        self.makeRedactor = makeRedactor
        self.boot = boot
        self.tools = tools
        self.workspaceDirectory = workspaceDirectory
        self.workspaceObstacle = workspaceObstacle
        self.orphansEnded = orphansEnded
        self.observer = observer
        self.logger = logger
    }
}
