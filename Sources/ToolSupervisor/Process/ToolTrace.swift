import Glibc

/// Whether a process belongs to a tool: what the daemon asks of who connects to it, as tools run under its own user.
///
/// Two marks are looked for. A tool's processes are in a cgroup of its own below the daemon's; under systemd everything in the unit's group
/// counts, as a tool that nothing confines may move itself up to there. And one of their ancestors is `builderd supervise`: whatever a tool
/// starts has it for an ancestor while it lives, since orphans become its children. Where no cgroup is delegated that is the one mark, and
/// a tool that kills its own supervisor loses it.
///
/// The number of a process that has gone can be given to another. The kernel recorded it when the process connected, and it is looked up a
/// moment later, so for a process of another's choosing to stand under it, that one must have been started since, under the same user and
/// by no tool: the numbers would have to come round in that moment. A process that is gone is `unknown`, never `elsewhere`.
package struct ToolTrace: Sendable {
    /// Where a process comes from.
    package enum Origin: Sendable, Hashable {
        /// It is a tool's.
        case tool(Tool)
        /// It is none.
        case elsewhere
        /// It is gone, or cannot be looked at.
        case unknown
    }

    /// The tool that a process belongs to, as far as it shows.
    package struct Tool: Sendable, Hashable {
        /// The cgroup, as `/proc/<pid>/cgroup` has it; `nil` without one.
        package var cgroup: String?
        /// The folder that its supervisor works in; `nil` when that is dead.
        package var folder: String?

        /// A tool of these parts.
        package init(cgroup: String? = nil, folder: String? = nil) {
            self.cgroup = cgroup
            self.folder = folder
        }
    }

    /// The daemon's own cgroup, below which tools' are; `nil` where none is delegated.
    private let home: String?
    /// Whether nothing but the daemon and what it started is in `home`.
    private let isHomeOwn: Bool

    /// - Parameters:
    ///   - containment: how this daemon's tools are held.
    ///   - isUnit: whether this process is a systemd unit's own (`SYSTEMD_EXEC_PID`), so that its cgroup holds nobody else.
    package init(containment: ToolContainment, isUnit: Bool) {
        home = if case .cgroup(let parent) = containment { ToolContainment.pathInHierarchy(parent) } else { nil }
        isHomeOwn = isUnit
    }

    /// Where the process with this number comes from, now.
    ///
    /// - Parameter user: whose it has to be; another's is `unknown`.
    package func origin(of pid: Int32, user: UInt32) -> Origin {
        guard pid > 0, let process = ProcessIdentity.read(pid), !process.isZombie else { return .unknown }
        var information = stat()
        guard unsafe stat("/proc/\(pid)", &information) == 0, information.st_uid == user else { return .unknown }
        guard let line = ToolContainment.group(ofProcess: String(pid)) else { return .unknown }
        let group = home.flatMap { isTool(line, below: $0) ? line : nil }
        let ancestry = supervisorFolder(above: process)
        // Last, so that all of this was about one process.
        guard let now = ProcessIdentity.read(pid), now.isSame(as: process) else { return .unknown }
        switch ancestry {
        case .supervised(let folder): return .tool(Tool(cgroup: group, folder: folder))
        case .free: return group.map { .tool(Tool(cgroup: $0)) } ?? .elsewhere
        case .unclear: return group.map { .tool(Tool(cgroup: $0)) } ?? .unknown
        }
    }

    private func isTool(_ group: String, below home: String) -> Bool {
        group.hasPrefix(home + "/\(ToolCgroup.prefix)") || isHomeOwn && (group == home || group.hasPrefix(home + "/"))
    }

    private enum Ancestry {
        case supervised(folder: String)
        case free
        case unclear
    }

    /// Up from `process` to the first process, whose parent is 0.
    private func supervisorFolder(above process: ProcessIdentity) -> Ancestry {
        // An ancestor that ends on the way leaves its children to another: then it is begun anew.
        for _ in 0..<4 {
            var current = process
            // A bound for a tool that makes the way long: what is deeper is unclear.
            for _ in 0..<Self.mostAncestors {
                if let folder = Self.supervised(by: current.pid) { return .supervised(folder: folder) }
                guard current.parent > 0 else { return .free }
                guard let parent = ProcessIdentity.read(current.parent) else { break }
                current = parent
            }
        }
        return .unclear
    }

    private static let mostAncestors = 128

    /// The folder that the process with this number supervises, when it is a supervisor.
    private static func supervised(by pid: Int32) -> String? {
        // No supervisor's command line is longer, and a tool's can be megabytes.
        var buffer = [UInt8](repeating: 0, count: 8192)
        guard let file = try? FileHandle(reading: "/proc/\(pid)/cmdline"),
            let count = try? file.read(into: &buffer, at: 0), count < buffer.count
        else { return nil }
        let words = buffer[..<count].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 3, words[0] == SupervisorCommand.name,
            words[1] == SupervisorCommand.ownProgram.arguments[0], words[2].hasPrefix("/")
        else { return nil }
        return words[2]
    }
}
