import Glibc

/// A tool of a daemon that died: ends it, so that its task can be failed and retried without two tools at work.
package enum LeftOverTool {
    /// What was found and done.
    package enum Outcome: Sendable, Hashable {
        /// Nothing was started in the folder, it was over, or the machine has been booted since.
        case nothingLeft
        /// It was still on its way out, and ended by itself within its grace.
        case ended
        /// It had to be killed: what it worked on may be half done.
        case killed
        /// It cannot be ended (uninterruptible sleep).
        case survived(pids: [Int32])
    }

    /// Waits until the tool of `folder` is over: its grace long, counted from now, then with SIGKILL.
    ///
    /// No SIGTERM is sent: the kernel sent it when the daemon died, and a second one makes Terraform drop its state.
    /// Never touches another process: the leader is known by number, start time and boot; when the leader is gone its session is
    /// taken for the tool's only within this daemon's own cgroup, as the number could have been reused.
    ///
    /// - Throws: `folder` when `started.json` is there and cannot be understood.
    package static func end(
        folder: String,
        pause: @Sendable () async -> Void = { try? await Task.sleep(for: .milliseconds(100)) }
    ) async throws(ToolError) -> Outcome {
        guard let record = try StartRecord.load(folder: folder), try ExitRecord.load(folder: folder) == nil,
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
            guard !left.isEmpty else { return wasKilled ? .killed : wasFound ? .ended : .nothingLeft }
            wasFound = true
            if clock.now >= giveUp { return .survived(pids: left.map(\.pid)) }
            if clock.now >= deadline {
                wasKilled = true
                for process in left { process.send(signal: SIGKILL) }
            }
            await pause()
        }
    }

    private static func remains(of record: StartRecord, known: Set<ProcessIdentity>) -> [ProcessIdentity] {
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
