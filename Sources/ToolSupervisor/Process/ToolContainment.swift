import Glibc

/// How the processes of tools are kept together on this host.
package enum ToolContainment: Sendable, Hashable {
    /// Each tool in a cgroup of its own below this one (an absolute path), which is delegated to the daemon.
    case cgroup(parent: String)
    /// No cgroup v2 is delegated: session and descent stand in.
    case descendants

    /// One word for `/status`: `cgroup` or `descendants`.
    package var name: String {
        switch self {
        case .cgroup: "cgroup"
        case .descendants: "descendants"
        }
    }

    /// What this process may use: its own cgroup where that is a service's or scope's (never the hierarchy's root), can be killed as a
    /// whole (Linux 5.14) and lets groups be made in it (`Delegate=yes`).
    package static func detect() -> ToolContainment {
        guard let own = group(ofProcess: "self"), own != "/", let mount = mountPoint() else { return .descendants }
        let parent = mount + own
        let probe = "\(parent)/builderd-probe-\(getpid())"
        guard unsafe access("\(parent)/cgroup.procs", W_OK) == 0, unsafe mkdir(probe, 0o755) == 0 else {
            return .descendants
        }
        defer { _ = unsafe rmdir(probe) }
        // Asked of a group that was made here: the unit's own can be killed by systemd alone, also where it is delegated.
        return unsafe access("\(probe)/cgroup.kill", W_OK) == 0 ? .cgroup(parent: parent) : .descendants
    }

    /// A process's path in the cgroup v2 hierarchy: the line `0::<path>` of `/proc/<process>/cgroup`.
    static func group(ofProcess process: String) -> String? {
        lines("/proc/\(process)/cgroup").first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) }
    }

    /// The path in the hierarchy of the cgroup whose folder is `path`; `nil` when that is in no hierarchy.
    static func pathInHierarchy(_ path: String) -> String? {
        guard let mount = mountPoint(), path.hasPrefix(mount + "/") else { return nil }
        return String(path.dropFirst(mount.count))
    }

    /// Where the hierarchy is mounted whole: field 5 of its line in `/proc/self/mountinfo`, whose field 4, the root, is `/`.
    private static func mountPoint() -> String? {
        for line in lines("/proc/self/mountinfo") {
            let halves = line.split(separator: " - ", maxSplits: 1)
            guard halves.count == 2, halves[1].hasPrefix("cgroup2 ") else { continue }
            let fields = halves[0].split(separator: " ")
            if fields.count > 4, fields[3] == "/" { return String(fields[4]) }
        }
        return nil
    }

    private static func lines(_ path: String) -> [Substring] {
        let bytes = (try? PrivateFile.read(path)) ?? nil
        return String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n")
    }
}
