import CLinux
import Glibc

/// What `builderd supervise DIR` is: the parent of one tool, which outlives the daemon that asked for it.
///
/// It takes the folder's lock, starts the tool, waits for it, runs its stop policy when the daemon asks for that or the task's lease has
/// passed, and writes `exit.json` when everything of the tool is over. The process must have one thread and no Swift concurrency: the
/// kernel sends PR_SET_PDEATHSIG's SIGTERM anew for each thread that the leader is handed to as they die one after the other
/// (measured), and a second SIGTERM makes Terraform drop its state. Every signal but SIGKILL is blocked: at a power-off systemd signals the
/// tools itself.
package enum SupervisorProcess {
    /// Runs to the tool's end.
    ///
    /// - Returns: the process's exit status: 0 when the tool is over, 75 (`EX_TEMPFAIL`) when the folder is another's or spent, 1
    ///   when nothing could be started (`failed.json` says why).
    package static func run(folder path: String) -> Int32 {
        clinux_block_signals()
        let folder = ToolFolder(path)
        do {
            guard let lock = try lock(folder), !folder.isSpent else {
                complain("\(path) belongs to another supervisor, or was used before")
                return 75
            }
            defer { withExtendedLifetime(lock) {} }
            return supervise(folder)
        } catch {
            complain("\(path) cannot be locked: \(error)")
            return 1
        }
    }

    /// Recovery holds the lock for a moment while it poisons a folder; then this waits, and finds the folder spent.
    private static func lock(_ folder: ToolFolder) throws(SystemError) -> FolderLock? {
        for _ in 0..<200 {
            if let lock = try FolderLock.take(in: folder) { return lock }
            usleep(10_000)
        }
        return nil
    }

    private static func supervise(_ folder: ToolFolder) -> Int32 {
        do throws(ToolError) {
            let request = try ToolRequest.load(folder: folder)
            let code = clinux_become_subreaper()
            guard code == 0 else {
                throw ToolError(
                    .startFailed,
                    message: "the supervisor cannot become a sub-reaper: \(SystemError.text(-code))",
                    next: "check the service's SystemCallFilter"
                )
            }
            try reserve(folder)
            let started: ToolLaunch.Started
            let events: FolderEvents
            do {
                events = try FolderEvents(folder.path)
            } catch {
                throw ToolError(
                    .startFailed,
                    message: "the supervisor cannot watch \(folder.path): \(error)",
                    next: "raise fs.inotify.max_user_instances",
                    number: error.number
                )
            }
            let deadline = try request.lease.map(openDeadline)
            started = try ToolLaunch(request: request, folder: folder).launch()
            let (end, fenced) = watch(started, request, folder, events, deadline)
            var record = ExitRecord(
                status: end.status,
                signal: end.signal,
                stopped: end.wasStopped,
                killed: end.wasKilled
            )
            record.fenced = fenced
            record.leftOvers = end.killedLeftOvers
            record.survivors = end.survivors
            if case .cgroup(let group) = started.members { group.remove() }
            return write(record, folder)
        } catch {
            do {
                let path = "\(folder.path)/\(StartFailure.name)"
                try RecordFile.write(StartFailure(error), path, inRoomOf: folder.reservedPath)
            } catch {
                complain("\(error)")
            }
            complain("\(error)")
            return 1
        }
    }

    /// Before anything is started: how it ended must find room on a disk that the tool has filled.
    private static func reserve(_ folder: ToolFolder) throws(ToolError) {
        do {
            try PrivateFile.reserve(folder.reservedPath, byteCount: 4096)
        } catch {
            throw ToolError(
                .folder,
                message: "cannot reserve the room of \(folder.reservedPath): \(error)",
                next: "check the space and the mode of the work directory",
                number: error.number
            )
        }
    }

    /// The deadline of the lease at `path`, read before anything is started: without one, no fence would ever end the tool.
    private static func openDeadline(_ path: String) throws(ToolError) -> Duration {
        guard let deadline = LeaseFile.read(path) else {
            throw ToolError(
                .stoppedBeforeStart,
                message: "the task's lease at \(path) cannot be read, so the tool was not started",
                next: "check that nothing but the service changes its work directory, and retry"
            )
        }
        guard deadline > LeaseFile.sinceBoot() else {
            throw ToolError(
                .stoppedBeforeStart,
                message: "the task's lease had passed before the tool could be started",
                next: "nothing was started; retry"
            )
        }
        return deadline
    }

    /// Until everything of the tool is over.
    ///
    /// - Parameter deadline: the lease's, as read at the start; `nil` without a lease.
    private static func watch(
        _ started: ToolLaunch.Started,
        _ request: ToolRequest,
        _ folder: ToolFolder,
        _ events: borrowing FolderEvents,
        _ deadline: Duration?
    ) -> (SupervisedChild.End, fenced: Bool) {
        let clock = ContinuousClock()
        let grace = Duration.milliseconds(request.graceMilliseconds)
        var child = SupervisedChild(pid: started.pid, pidfd: started.pidfd, members: started.members)
        // The last deadline read: the file may go with its workspace, and the fence stays.
        var deadline = deadline
        var fenced = false
        while true {
            if let path = request.lease { deadline = LeaseFile.read(path) ?? deadline }
            var left = child.isStopping ? nil : deadline.map { $0 - LeaseFile.sinceBoot() }
            if let passed = left, passed <= .zero {
                left = nil
                fenced = true
                child.stop(grace: grace, now: clock.now)
            }
            if folder.has(ToolFolder.stop) {
                // Read again each time: the host's end may become known while the tool stops already.
                let left = folder.stopDeadline.map { max(.zero, $0 - LeaseFile.sinceBoot()) }
                child.stop(grace: min(grace, left ?? grace), now: clock.now)
            }
            // Slices of a second bound how late a deadline is seen after the machine was suspended.
            let due = min(.seconds(1), child.nextTick(clock.now) ?? .seconds(1), left ?? .seconds(1))
            if wait(for: child, events, due) { child.leaderExited(clock.now) }
            events.clear()
            reapOrphans(of: child)
            if let end = child.tick(clock.now) { return (end, fenced) }
        }
    }

    /// Sleeps until the leader exits, an entry appears in the folder or `due` is over. Returns whether the leader has exited.
    private static func wait(for child: SupervisedChild, _ events: borrowing FolderEvents, _ due: Duration) -> Bool {
        var descriptors = [pollfd(fd: events.descriptor, events: Int16(POLLIN), revents: 0)]
        if child.isLeaderAlive { descriptors.append(pollfd(fd: child.pidfd, events: Int16(POLLIN), revents: 0)) }
        _ = unsafe poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: due.wholeMilliseconds + 1))
        return descriptors.count > 1 && descriptors[1].revents != 0
    }

    /// Orphans of the tool become children of this process, and zombies when they exit. The leader is reaped last of all.
    private static func reapOrphans(of child: SupervisedChild) {
        while true {
            let exited = clinux_exited_child()
            guard exited > 0, exited != child.pid, clinux_reap(exited) == 1 else { return }
        }
    }

    /// Without its record the tool would count as lost, so writing it is tried for as long as the work folder has no room: only where the
    /// reserved room is gone, or too small for a host of survivors.
    private static func write(_ record: ExitRecord, _ folder: ToolFolder) -> Int32 {
        while true {
            do throws(ToolError) {
                try record.write(folder: folder)
                return 0
            } catch {
                complain("\(error)")
                guard folder.exists else { return 1 }
                sleep(1)
            }
        }
    }

    /// Standard error is `supervisor.log` in the folder.
    private static func complain(_ message: String) {
        let bytes = Array("builderd supervise: \(message)\n".utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
