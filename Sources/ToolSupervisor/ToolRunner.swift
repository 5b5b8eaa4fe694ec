/// Runs external tools, each in a folder of its own.
///
/// The folder is the contract, also for the supervisor process that comes later: `started.json` (`StartRecord`), `stdout`,
/// `stderr`, and at the end `exit.json` (`ExitRecord`). Here a tool is a child of the daemon: in a session of its own, nothing
/// inherited but its three descriptors, standard input empty.
///
/// Stopping: exactly one SIGTERM, to the leader alone; at the end of the grace SIGKILL to the leader, its session and its descendants.
/// A tool is over only when its leader and all of those are gone; what a leader leaves behind is ended after 250 ms.
/// The daemon is deliberately no child sub-reaper: it would inherit, and have to reap, processes it knows nothing of, and
/// could not tell whose they were; left-overs are found by their session instead.
///
/// If the daemon dies, the kernel sends each leader SIGTERM (see `ProcessThread`); descendants are the leader's to end. A
/// leader that ignores it runs on until `LeftOverTool.end` is called for its folder.
package struct ToolRunner: Sendable {
    /// Waits until the output is to be looked at again; returns at once when its task is cancelled.
    package typealias Tick = @Sendable () async -> Void
    /// Takes one redacted line of output, without its end. Lines of one stream come in order, both streams from one task.
    package typealias LineHandler = @Sendable (ToolOutputStream, String) -> Void

    private let tick: Tick

    /// A runner that looks at output every 200 ms.
    package init() {
        self.init { try? await Task.sleep(for: .milliseconds(200)) }
    }

    /// A runner that looks at output after each `tick`.
    package init(tick: @escaping Tick) { self.tick = tick }

    /// Runs `spec` to its end in `folder`, which is made with mode 0700 and must not have been used before.
    ///
    /// Cancelling the calling task begins the stop policy; the call returns only when the tool is over.
    ///
    /// - Parameters:
    ///   - redactor: what every line passes before `onLine` sees it. The files hold the output as it was.
    ///   - onLine: lines of more than 16 KiB come in pieces.
    /// - Throws: `missing`, `invalidSpec`, `folder`, `startFailed`, `stoppedBeforeStart`; `output` after the tool is over.
    package func run(
        _ spec: ToolSpec,
        folder: String,
        redactor: Redactor,
        onLine: @escaping LineHandler
    ) async throws(ToolError) -> ToolEnd {
        let request = try LaunchRequest(spec, folder: folder)
        guard !Task.isCancelled else {
            throw ToolError(
                .stoppedBeforeStart,
                message: "\(request.path) was not started: the task was stopped first",
                next: "nothing to do: the task is run again when its state machine retries it"
            )
        }
        try prepare(folder)
        let thread = try ProcessThread.shared.get()
        let pid = try await thread.start(request)
        let tail = Task { await follow(request, redactor: redactor, onLine: onLine) }
        let end = await withTaskCancellationHandler {
            await thread.end(pid)
        } onCancel: {
            thread.stop(pid, grace: spec.grace)
        }
        tail.cancel()
        let outputFailure = await tail.value
        try recordEnd(end, folder: folder)
        if let outputFailure { throw outputFailure }
        return ToolEnd(
            status: end.status,
            signal: end.signal,
            wasStopped: end.wasStopped,
            wasKilled: end.wasKilled,
            killedLeftOvers: end.killedLeftOvers,
            survivors: end.survivors,
            standardOutput: request.outputPath,
            standardError: request.errorPath
        )
    }

    private func prepare(_ folder: String) throws(ToolError) {
        do {
            try PrivateFile.makeFolder(folder)
        } catch {
            throw ToolError(
                .folder,
                message: "cannot make \(folder): \(error)",
                next: "check the space and the mode of the work directory",
                number: error.number
            )
        }
        guard try StartRecord.load(folder: folder) == nil else {
            throw ToolError(
                .folder,
                message: "a tool was run in \(folder) before",
                next: "give each run a folder of its own"
            )
        }
    }

    private func recordEnd(_ end: SupervisedChild.End, folder: String) throws(ToolError) {
        let record = ExitRecord(status: end.status, signal: end.signal, stopped: end.wasStopped, killed: end.wasKilled)
        do {
            try record.write(folder: folder)
        } catch {
            throw ToolError(
                .folder,
                message: "cannot write \(folder)/\(ExitRecord.name): \(error)",
                next: "check the space and the mode of the work directory"
            )
        }
    }

    /// Hands on output until its task is cancelled, which says that the tool is over, and then all that is left.
    private func follow(_ request: LaunchRequest, redactor: Redactor, onLine: LineHandler) async -> ToolError? {
        do throws(SystemError) {
            var output = try OutputTail(request.outputPath, stream: .stdout, redactor: redactor)
            var error = try OutputTail(request.errorPath, stream: .stderr, redactor: redactor)
            while true {
                // Read before the files are, so that the last round comes after the end.
                let isLast = Task.isCancelled
                var rounds = 0
                while true {
                    let hadOutput = try output.advance(onLine)
                    let hadError = try error.advance(onLine)
                    guard hadOutput || hadError else { break }
                    rounds += 1
                    // A tool that floods must not keep a thread from the others.
                    if rounds % 16 == 0 { await Task.yield() }
                }
                if isLast { break }
                await tick()
            }
            output.finish(onLine)
            error.finish(onLine)
            return nil
        } catch {
            return ToolError(
                .output,
                message: "cannot read \(request.outputPath) or \(request.errorPath): \(error)",
                next: "look at the files themselves",
                number: error.number
            )
        }
    }
}
