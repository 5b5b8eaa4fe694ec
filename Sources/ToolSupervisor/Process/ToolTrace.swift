import Glibc

/// Whether a process belongs to a tool: what the daemon asks of who connects to it, as tools run under its own user.
///
/// Two marks are looked for. A tool's processes are in a cgroup of its own below the daemon's; under systemd everything in the unit's group
/// counts, as a tool that nothing confines may move itself up to there. And one of their ancestors is `builderd supervise`: whatever a tool
/// starts has it for an ancestor while it lives, since orphans become its children. Where no cgroup is delegated that is the one mark, and
/// a tool that kills its own supervisor loses it.
///
/// Which tool it is, is said only where the supervisor's own record says so: any process can call itself `builderd supervise` of any folder.
/// What looks like a supervisor and is on no record counts as a mark all the same, of a tool without a name.
///
/// The number of a process that has gone can be given to another. So whoever asks says when the process started, as it was read when it
/// connected. A process that is gone is `unknown`, never `elsewhere`.
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
        /// The cgroup that the daemon made for it, or the daemon's own, as `/proc/<pid>/cgroup` has it; `nil` without one.
        package var cgroup: String?
        /// The folder that its supervisor works in, `<work folder>/<task>/tools/<tool>`; `nil` when that is dead or on no record.
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
    /// Components of the work folder.
    private let workFolder: [Substring]

    /// - Parameters:
    ///   - containment: how this daemon's tools are held.
    ///   - isUnit: whether this process is a systemd unit's own (`SYSTEMD_EXEC_PID`), so that its cgroup holds nobody else.
    ///   - workFolder: beneath which the tools' folders are, a task's in `<task>/tools`. A tool that is confined can write nothing in there
    ///     but its own task's.
    package init(containment: ToolContainment, isUnit: Bool, workFolder: String) {
        self.workFolder = workFolder.split(separator: "/")
        home = if case .cgroup(let parent) = containment { ToolContainment.pathInHierarchy(parent) } else { nil }
        isHomeOwn = isUnit
    }

    /// When the process with this number started, in clock ticks after boot; `nil` when there is none.
    package static func start(of pid: Int32) -> UInt64? { pid > 0 ? ProcessIdentity.read(pid)?.startTime : nil }

    /// Where the process with this number comes from, now.
    ///
    /// - Parameters:
    ///   - started: when it started, by `start(of:)`; another that has its number now is `unknown`.
    ///   - user: whose it has to be; another's is `unknown`.
    package func origin(of pid: Int32, started: UInt64?, user: UInt32) -> Origin {
        guard pid > 0, let process = ProcessIdentity.read(pid), !process.isZombie, process.startTime == started else {
            return .unknown
        }
        var information = stat()
        guard unsafe stat("/proc/\(pid)", &information) == 0, information.st_uid == user else { return .unknown }
        guard let line = ToolContainment.group(ofProcess: String(pid)) else { return .unknown }
        let group = home.flatMap { toolGroup(of: line, below: $0) }
        let ancestry = supervisor(above: process)
        // Last, so that all of this was about one process.
        guard let now = ProcessIdentity.read(pid), now.isSame(as: process) else { return .unknown }
        switch ancestry {
        case .supervised(let folder): return .tool(Tool(cgroup: group, folder: folder))
        case .free: return group.map { .tool(Tool(cgroup: $0)) } ?? .elsewhere
        case .unclear: return group.map { .tool(Tool(cgroup: $0)) } ?? .unknown
        }
    }

    /// The tool's cgroup that `group` is or is beneath: a tool can make groups of any name in its own.
    private func toolGroup(of group: String, below home: String) -> String? {
        guard group.hasPrefix(home + "/") else { return isHomeOwn && group == home ? home : nil }
        let name = group.dropFirst(home.count + 1).prefix { $0 != "/" }
        return isHomeOwn || name.hasPrefix(ToolCgroup.prefix) ? "\(home)/\(name)" : nil
    }

    private enum Ancestry {
        /// Below a supervisor; its folder where that is on record.
        case supervised(folder: String?)
        case free
        case unclear
    }

    /// Up from `process` to the first process, whose parent is 0. The topmost supervisor on record is the one: what a tool starts is below it.
    private func supervisor(above process: ProcessIdentity) -> Ancestry {
        // An ancestor that ends on the way leaves its children to another: then it is begun anew.
        for _ in 0..<4 {
            var current = process
            var isSupervised = false
            var folder: String?
            // A bound for a tool that makes the way long: what is deeper is unclear.
            for _ in 0..<Self.mostAncestors {
                if let claimed = Self.claimedFolder(of: current.pid) {
                    isSupervised = true
                    if isToolFolder(claimed), StartRecord.names(current, in: claimed) { folder = claimed }
                }
                guard current.parent > 0 else { return isSupervised ? .supervised(folder: folder) : .free }
                guard let parent = ProcessIdentity.read(current.parent) else { break }
                current = parent
            }
        }
        return .unclear
    }

    private static let mostAncestors = 128

    /// Whether a path is `<work folder>/<task>/tools/<tool>`, without a way round.
    private func isToolFolder(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard parts.count == workFolder.count + 3, parts.starts(with: workFolder) else { return false }
        let own = parts.suffix(3)
        return own.dropFirst().first == "tools" && !own.contains { $0 == "." || $0 == ".." }
    }

    /// The folder that the process with this number says to supervise, when it calls itself a supervisor.
    private static func claimedFolder(of pid: Int32) -> String? {
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
