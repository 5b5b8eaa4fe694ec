/// Runs external tools, each in a folder of its own and under a supervisor of its own that outlives this process.
///
/// The folder is the contract (see `ToolFolder`): this process asks by files and watches files, so a tool that it started and one that
/// an earlier daemon started are followed by the same code.
///
/// Stopping: exactly one SIGTERM, to the leader alone; at the end of the grace SIGKILL to everything of the tool. A tool is over
/// only when its leader and all of its processes are gone; what a leader leaves behind is ended after 250 ms.
package struct ToolRunner: Sendable {
    /// Waits until the folder is to be looked at again.
    package typealias Tick = @Sendable () async -> Void
    /// Takes one redacted line of output, without its end. Lines of one stream come in order, both streams from one task.
    package typealias LineHandler = @Sendable (ToolOutputStream, String) -> Void

    private let supervisor: SupervisorCommand
    private let containment: ToolContainment
    private let tick: Tick
    private let pacing: (any LinePacing)?

    /// A runner whose tools are supervised by `supervisor`.
    ///
    /// - Parameter pacing: holds lines back; they are handed on as they come by default.
    /// - Parameter tick: default: 200 ms.
    package init(
        supervisor: SupervisorCommand,
        containment: ToolContainment,
        pacing: (any LinePacing)? = nil,
        tick: @escaping Tick = { try? await Task.sleep(for: .milliseconds(200)) }
    ) {
        self.supervisor = supervisor
        self.containment = containment
        self.pacing = pacing
        self.tick = tick
    }

    /// Runs `spec` to its end in `folder`, which is made with mode 0700 and must not have been used before.
    ///
    /// Cancelling the calling task begins the stop policy, and the call returns only when the tool is over; unless `leavesRunning` says
    /// then that the tool is a successor's.
    ///
    /// - Parameters:
    ///   - isAdoption: the tool may have been started in `folder` by an earlier daemon: then it is followed, or its recorded end is
    ///     returned, and it is started only where that is sure not to have happened.
    ///   - redactor: what every line passes before `onLine` sees it. The files hold the output as it was.
    ///   - leavesRunning: asked at cancellation.
    ///   - stopBy: since boot, when everything of a tool that is being stopped is to be dead, though its grace be longer; asked at
    ///     cancellation, and again while it stops.
    ///   - onLine: lines of more than 16 KiB come in pieces; `nil` for output that is nobody's to see, which no log holds up then.
    /// - Throws: `missing`, `invalidSpec`, `folder`, `startFailed`, `stoppedBeforeStart`; `leftRunning`; `lost` and `output` after
    ///   the tool is over.
    package func run(
        _ spec: ToolSpec,
        folder: String,
        isAdoption: Bool = false,
        redactor: Redactor,
        leavesRunning: @escaping @Sendable () -> Bool = { false },
        stopBy: @escaping @Sendable () -> Duration? = { nil },
        onLine: LineHandler?
    ) async throws(ToolError) -> ToolEnd {
        var place = ToolFolder(folder)
        var runs = false
        if isAdoption {
            place = place.latest
            runs = try await mayRun(place)
            if !runs, place.exists { place = place.next }
        }
        let supervisor = runs ? nil : try start(spec, place)
        return try await follow(
            place,
            supervisor,
            spec.grace,
            redactor,
            leavesRunning,
            ToolFollower.Wish(stopBy: stopBy),
            onLine
        )
    }

    /// Whether something was, or may yet be, started in the folder. Where nothing was, nothing can be any more.
    private func mayRun(_ folder: ToolFolder) async throws(ToolError) -> Bool {
        guard folder.exists else { return false }
        do {
            if folder.isOver || folder.has(StartRecord.name) { return true }
            guard let lock = try FolderLock.take(in: folder) else { return true }
            defer { withExtendedLifetime(lock) {} }
            // Again, now that no supervisor is at work.
            if folder.isOver || folder.has(StartRecord.name) { return true }
            try folder.mark(ToolFolder.poisoned)
            return false
        } catch {
            throw ToolError(
                .folder,
                message: "cannot tell what runs in \(folder.path): \(error)",
                next: "check the space and the mode of the work directory",
                number: error.number
            )
        }
    }

    private func start(_ spec: ToolSpec, _ folder: ToolFolder) throws(ToolError) -> ProcessIdentity? {
        var launch = try LaunchRequest(spec)
        guard !Task.isCancelled else {
            throw ToolError(
                .stoppedBeforeStart,
                message: "\(launch.request.path) was not started: the task was stopped first",
                next: "nothing to do: the task is run again when its state machine retries it"
            )
        }
        if case .cgroup(let parent) = containment {
            let number = String(UInt64.random(in: .min ... .max), radix: 16)
            launch.request.cgroup = "\(parent)/\(ToolCgroup.prefix)\(number)"
        }
        do {
            try PrivateFile.makeFolder(folder.path)
        } catch {
            throw ToolError(
                .folder,
                message: "cannot make \(folder.path): \(error)",
                next: "check the space and the mode of the work directory",
                number: error.number
            )
        }
        guard !folder.isSpent, !folder.has(ToolRequest.name) else {
            throw ToolError(
                .folder,
                message: "a tool was run in \(folder.path) before",
                next: "give each run a folder of its own"
            )
        }
        try launch.request.write(folder: folder)
        return try supervisor.start(folder)
    }

    private func follow(
        _ folder: ToolFolder,
        _ supervisor: ProcessIdentity?,
        _ grace: Duration,
        _ redactor: Redactor,
        _ leavesRunning: @escaping @Sendable () -> Bool,
        _ wish: ToolFollower.Wish,
        _ onLine: LineHandler?
    ) async throws(ToolError) -> ToolEnd {
        let follower = ToolFollower(
            folder: folder,
            grace: grace,
            redactor: redactor,
            wish: wish,
            tick: tick,
            pacing: onLine == nil ? nil : pacing,
            onLine: onLine ?? { _, _ in }
        )
        // Not cancelled with the caller: it goes on to the tool's end.
        let following = Task {
            if let supervisor { await Self.untilBegun(folder, supervisor) }
            return await follower.run()
        }
        let result = await withTaskCancellationHandler {
            await following.value
        } onCancel: {
            if leavesRunning() { wish.leave() } else { wish.stop(folder) }
        }
        switch result {
        case .success(.over):
            if let failure = try StartFailure.load(folder: folder) { throw failure.error }
            guard let record = try ExitRecord.load(folder: folder.path) else { throw Self.lost(folder, []) }
            return ToolEnd(record, folder: folder)
        case .success(.left):
            throw ToolError(
                .leftRunning,
                message: "the tool in \(folder.path) runs on for a successor",
                next: "nothing to do"
            )
        case .success(.supervisorGone):
            throw Self.lost(folder, try await LeftOverTool.end(folder: folder.path).survivors)
        case .failure(let error):
            // Its output cannot be shown; that it is over has to be sure all the same.
            wish.stop(folder)
            _ = try await LeftOverTool.end(folder: folder.path)
            throw error
        }
    }

    /// Until the supervisor has begun its work, or is no more: before that a lock that nobody holds says nothing.
    private static func untilBegun(_ folder: ToolFolder, _ supervisor: ProcessIdentity) async {
        while !folder.isOver, !folder.has(StartRecord.name) {
            guard let now = ProcessIdentity.read(supervisor.pid), now.isSame(as: supervisor), !now.isZombie else {
                return
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func lost(_ folder: ToolFolder, _ survivors: [Int32]) -> ToolError {
        let left = survivors.map { String($0) }.joined(separator: ", ")
        return ToolError(
            .lost,
            message: "the supervisor of the tool in \(folder.path) was killed, so how the tool ended is unknown"
                + (left.isEmpty ? "; all its processes were ended" : "; these processes of it do not go away: \(left)"),
            next: "nothing, unless it happens again: then look for the kernel's out-of-memory killer (journalctl -k)"
        )
    }
}
