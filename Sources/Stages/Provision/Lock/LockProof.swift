import FoundationEssentials
import ToolSupervisor

/// Judges whether the holder of a state's lock was a task of this host and is dead. Only what this host wrote down before Terraform
/// started counts; everything that cannot be proved leaves the lock where it is.
///
/// A lock says who took it and when, not for which task. It was taken by a task of this host when it names this host's user and host,
/// when it was taken within the lifetime of a task with a record for that state, and when Terraform of that task did not say that it was
/// still waiting for the lock. Hosts of one state bucket must have different names, as EC2's own are. The holder is dead when all tasks of this host that
/// might have taken it are.
package struct LockProof: Sendable {
    private let records: LockRecords
    private let host: HostIdentity
    private let isOver: @Sendable (_ toolFolder: String) -> Bool

    /// A judge by the records below `directory`.
    ///
    /// - Parameter isOver: whether it is sure that the tool of a folder is over.
    package init(
        directory: String,
        host: HostIdentity,
        isOver: @escaping @Sendable (_ toolFolder: String) -> Bool = { LeftOverTool.isOver(folder: $0) }
    ) {
        records = LockRecords(directory: directory)
        self.host = host
        self.isOver = isOver
    }

    /// What was found.
    package enum Verdict: Sendable, Hashable {
        /// A task of this host took it, and is dead.
        case dead(task: String)
        /// No task of this host can have taken it; why, as it follows "the lock stays: ".
        case foreign(String)
        /// A task of this host may have taken it and be alive; why, as it follows "the lock stays: ".
        case unproved(String)
    }

    /// The verdict on `lock` of `state`.
    package func verdict(on lock: StateLock, of state: String) -> Verdict {
        guard lock.who == host.who else { return .foreign("\(lock.who) took it, and this is \(host.who)") }
        let known: [LockRecord]
        do {
            known = try records.of(state: state)
        } catch {
            return .unproved("this host's records of its locks cannot be read: \(error)")
        }
        let possible = known.filter { $0.who == lock.who && lifetime(of: $0).contains(lock.createdMilliseconds) }
        if possible.isEmpty { return .foreign("no task of this host is known that could have taken it") }
        // A live one may have got the lock since it said that it waits.
        if let live = possible.first(where: { !isDead($0) }) {
            return .unproved("the task \(live.task) of \(live.execution) may still be at work on this host")
        }
        guard let holder = possible.first(where: { !isWaiting($0) }) else {
            return .unproved("Terraform of the task \(possible[0].task) was waiting for it when it was last heard of")
        }
        return .dead(task: holder.task)
    }

    /// When the record's task can have taken a lock. A person may have done so on this host since, as the same user.
    private func lifetime(of record: LockRecord) -> ClosedRange<Int64> {
        let end = record.overMilliseconds ?? (record.boot == host.boot ? .max : host.bootedMilliseconds)
        return record.startedMilliseconds...max(record.startedMilliseconds, end)
    }

    /// Whether nothing of the record's task can run any more.
    package func isDead(_ record: LockRecord) -> Bool {
        if record.boot != host.boot || record.overMilliseconds != nil { return true }
        let folders = toolFolders(record)
        return !folders.isEmpty && folders.allSatisfy(isOver)
    }

    /// Whether the last that a Terraform of the record's task said of the lock is that it waits for it.
    private func isWaiting(_ record: LockRecord) -> Bool {
        toolFolders(record).contains { LockProgress(output: $0 + "/stdout") == .waiting }
    }

    /// The folders of the task's tools; none when the workspace is gone, which alone proves nothing.
    private func toolFolders(_ record: LockRecord) -> [String] {
        let tools = record.workspace + "/tools"
        return ((try? FileManager.default.contentsOfDirectory(atPath: tools)) ?? []).sorted().map { tools + "/" + $0 }
    }
}
