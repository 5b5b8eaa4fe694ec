/// What runs on the machine now, as far as /proc shows it.
///
/// Stands in for the tool's cgroup where none is delegated.
struct ProcessTable: Sendable {
    let processes: [ProcessIdentity]

    /// Reads /proc once.
    static func now() -> ProcessTable {
        var found: [ProcessIdentity] = []
        for name in FolderEntries.names("/proc") {
            if let pid = Int32(name), let process = ProcessIdentity.read(pid) { found.append(process) }
        }
        return ProcessTable(processes: found)
    }

    /// Everything that belongs to the tool led by `leader` and has not exited, without the leader: its session, its descendants,
    /// and `known` earlier finds that still run, with their descendants; and the descendants of its `supervisor`, to whom orphans go.
    func members(of leader: Int32, known: Set<ProcessIdentity>, supervisor: Int32? = nil) -> [ProcessIdentity] {
        var roots: Set<Int32> = [leader]
        if let supervisor { roots.insert(supervisor) }
        let earlier = Dictionary(known.map { ($0.pid, $0.startTime) }, uniquingKeysWith: { first, _ in first })
        for process in processes where process.session == leader || earlier[process.pid] == process.startTime {
            roots.insert(process.pid)
        }
        var children: [Int32: [Int32]] = [:]
        for process in processes { children[process.parent, default: []].append(process.pid) }
        var open = Array(roots)
        while let pid = open.popLast() {
            for child in children[pid] ?? [] where roots.insert(child).inserted { open.append(child) }
        }
        return processes.filter {
            $0.pid != leader && $0.pid != supervisor && roots.contains($0.pid) && !$0.isZombie
        }
    }
}
