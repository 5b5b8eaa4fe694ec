import CLinux
import Glibc

/// A tool's own group in a cgroup v2 hierarchy: whatever the tool starts is born into it and cannot leave it.
struct ToolCgroup: Sendable, Hashable {
    /// What the names of tools' groups begin with.
    static let prefix = "tool-"

    /// Absolute path.
    let path: String

    init(_ path: String) { self.path = path }

    /// Makes the group; one that is there is well.
    func make() throws(SystemError) {
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else { throw SystemError("mkdir", errno) }
    }

    /// Its `cgroup.procs`, for a child to write itself into.
    func members() throws(SystemError) -> SharedDescriptor {
        let descriptor = unsafe open(path + "/cgroup.procs", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", errno) }
        return SharedDescriptor(owning: descriptor)
    }

    /// Whether anything runs in it, or in a group that the tool made beneath it. `false` for a group that is gone.
    var isPopulated: Bool {
        guard let bytes = try? PrivateFile.read(path + "/cgroup.events") else { return false }
        return String(decoding: bytes, as: UTF8.self).contains("populated 1")
    }

    /// What runs in it now; without the groups beneath it.
    func processes() -> [ProcessIdentity] {
        guard let bytes = try? PrivateFile.read(path + "/cgroup.procs") else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { Int32($0) }
            .compactMap(ProcessIdentity.read).filter { !$0.isZombie }
    }

    /// SIGKILL to everything in it at once, forks in progress included.
    func kill() {
        let descriptor = unsafe open(path + "/cgroup.kill", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = unsafe write(descriptor, "1", 1)
        close(descriptor)
    }

    /// Removes it with the groups beneath it; nothing while something runs in it.
    func remove() { Self.remove(path, depth: 0) }

    private static func remove(_ path: String, depth: Int) {
        if unsafe rmdir(path) == 0 || depth > 8 { return }
        for name in FolderEntries.names(path) {
            var information = stat()
            guard unsafe lstat("\(path)/\(name)", &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
                continue
            }
            remove("\(path)/\(name)", depth: depth + 1)
        }
        _ = unsafe rmdir(path)
    }
}
