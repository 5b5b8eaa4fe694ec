/// How the processes of a tool are found and killed as one.
enum ToolMembers: Sendable, Hashable {
    /// By its own cgroup: exact.
    case cgroup(ToolCgroup)
    /// By session and descent, where no cgroup is delegated. It misses nothing while the supervisor lives, as orphans become its
    /// children; after its death (`nil`) it misses a process that left the session and lost its parent.
    case descendants(supervisor: Int32?)

    /// Everything of the tool that runs, without the leader.
    func running(leader: Int32, known: Set<ProcessIdentity>) -> [ProcessIdentity] {
        switch self {
        case .cgroup(let group): group.processes().filter { $0.pid != leader }
        case .descendants(let supervisor):
            ProcessTable.now().members(of: leader, known: known, supervisor: supervisor)
        }
    }

    /// SIGKILL to everything of the tool but the leader, `found` being what `running` returned.
    func kill(_ found: [ProcessIdentity]) {
        switch self {
        case .cgroup(let group): group.kill()
        case .descendants: for process in found { process.send(signal: 9) }
        }
    }

    /// Whether something runs that `running` cannot name: groups that the tool made beneath its own.
    var hasHiddenMembers: Bool {
        if case .cgroup(let group) = self { group.isPopulated } else { false }
    }
}
