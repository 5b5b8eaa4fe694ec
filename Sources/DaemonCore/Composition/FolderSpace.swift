import Glibc

/// The room on the file system that a folder is on.
struct FolderSpace: Sendable, Hashable {
    /// All of it, in bytes.
    let size: UInt64
    /// What may be used without privilege, in bytes.
    let free: UInt64

    /// The room around `path` now; `nil` where it cannot be told, as of a file system without blocks.
    init?(_ path: String) {
        var space = statvfs()
        guard unsafe statvfs(path, &space) == 0, space.f_blocks > 0 else { return nil }
        size = UInt64(space.f_blocks) * UInt64(space.f_frsize)
        free = UInt64(space.f_bavail) * UInt64(space.f_frsize)
    }
}
