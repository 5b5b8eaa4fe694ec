import Glibc

/// A tool that nobody follows any more: ends it, so that its task can be failed and retried without two tools at work.
package enum LeftOverTool {
    /// What was found and done.
    package enum Outcome: Sendable, Hashable {
        /// Nothing was started in the folder and nothing can be any more, it was over, or the machine has been booted since.
        case nothingLeft
        /// It stopped within its grace.
        case ended
        /// It had to be killed: what it worked on may be half done.
        case killed
        /// It cannot be ended (uninterruptible sleep).
        case survived(pids: [Int32])

        /// Processes that do not go away.
        package var survivors: [Int32] { if case .survived(let pids) = self { pids } else { [] } }
    }

    /// Returns when the tool of `folder` is over. Its supervisor is asked to run the stop policy. Where that is dead, the kernel sent the
    /// leader SIGTERM when it died, and a second one makes Terraform drop its state: then the grace is waited for, counted from now,
    /// and SIGKILL follows.
    ///
    /// Never touches another process: the leader is known by number, start time and boot; when the leader is gone its session is
    /// taken for the tool's only within this daemon's own cgroup, as the number could have been reused.
    ///
    /// - Throws: `folder` when what is there cannot be understood.
    package static func end(
        folder path: String,
        pause: @Sendable () async -> Void = { try? await Task.sleep(for: .milliseconds(100)) }
    ) async throws(ToolError) -> Outcome {
        let folder = ToolFolder(path)
        guard folder.exists else { return .nothingLeft }
        do {
            let wasSupervised = try await stopSupervised(folder, pause)
            if wasSupervised, let record = try ExitRecord.load(folder: path) {
                if !record.survivors.isEmpty { return .survived(pids: record.survivors) }
                return record.killed ? .killed : .ended
            }
        } catch let error as SystemError {
            throw ToolError(
                .folder,
                message: "cannot tell what runs in \(path): \(error)",
                next: "check the space and the mode of the work directory",
                number: error.number
            )
        } catch let error as ToolError {
            throw error
        } catch {
            throw ToolError(.folder, message: "cannot tell what runs in \(path): \(error)", next: "look by hand")
        }
        return try await killRemains(folder, pause)
    }

    /// Lets a living supervisor end its tool. Returns whether there was one; afterwards no supervisor is or comes to life in the folder.
    private static func stopSupervised(_ folder: ToolFolder, _ pause: () async -> Void) async throws -> Bool {
        var wasHeld = false
        var giveUp: ContinuousClock.Instant?
        while true {
            if let lock = try FolderLock.take(in: folder) {
                if !folder.isSpent { try folder.mark(ToolFolder.poisoned) }
                withExtendedLifetime(lock) {}
                return wasHeld
            }
            if !wasHeld { try folder.mark(ToolFolder.stop) }
            wasHeld = true
            let record = try StartRecord.load(folder: folder.path)
            if let record {
                let limit = giveUp ?? .now + .milliseconds(record.graceMilliseconds) + .seconds(30)
                giveUp = limit
                if .now > limit, let process = ProcessIdentity.read(record.supervisor),
                    process.startTime == record.supervisorStartTime
                {
                    process.send(signal: SIGKILL)
                }
            }
            await pause()
        }
    }

    private static func killRemains(_ folder: ToolFolder, _ pause: () async -> Void) async throws(ToolError) -> Outcome
    {
        guard let record = try StartRecord.load(folder: folder.path), try ExitRecord.load(folder: folder.path) == nil,
            record.bootId == StartRecord.currentBootId()
        else { return .nothingLeft }
        let clock = ContinuousClock()
        let deadline = clock.now + .milliseconds(record.graceMilliseconds)
        let giveUp = deadline + .seconds(10)
        var known: Set<ProcessIdentity> = []
        var wasFound = false
        var wasKilled = false
        while true {
            let left = remains(of: record, known: known)
            known.formUnion(left)
            let isPopulated = record.cgroup.map { ToolCgroup($0).isPopulated } ?? false
            guard !left.isEmpty || isPopulated else {
                if let path = record.cgroup { ToolCgroup(path).remove() }
                return wasKilled ? .killed : wasFound ? .ended : .nothingLeft
            }
            wasFound = true
            if clock.now >= giveUp { return .survived(pids: left.map(\.pid)) }
            if clock.now >= deadline {
                wasKilled = true
                if let path = record.cgroup { ToolCgroup(path).kill() }
                for process in left { process.send(signal: SIGKILL) }
            }
            await pause()
        }
    }

    static func remains(of record: StartRecord, known: Set<ProcessIdentity>) -> [ProcessIdentity] {
        if let path = record.cgroup { return ToolCgroup(path).processes() }
        let table = ProcessTable.now()
        let holder = table.processes.first { $0.pid == record.pid }
        if let holder {
            guard holder.startTime == record.startTime else {
                // The number has a new owner, which it can only have when the old session was empty.
                return table.members(of: -1, known: known)
            }
            return (holder.isZombie ? [] : [holder]) + table.members(of: record.pid, known: known)
        }
        let home = cgroup(of: "self")
        return table.members(of: record.pid, known: known).filter { cgroup(of: String($0.pid)) == home }
    }

    private static func cgroup(of process: String) -> [UInt8]? {
        (try? PrivateFile.read("/proc/\(process)/cgroup")) ?? nil
    }
}
