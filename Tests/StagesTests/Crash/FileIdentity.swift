import Glibc

/// Which file it is and when it was last written: one that was replaced by its equal is another.
struct FileIdentity: Hashable {
    private var inode: UInt64
    private var seconds: Int
    private var nanoseconds: Int
    private var bytes: Int

    /// Everything below `folder`, by path, but for what is of tools.
    static func all(in folder: String) throws -> [String: FileIdentity] {
        var found: [String: FileIdentity] = [:]
        for path in try FileTree.paths(in: folder) where path != "tools" && !path.hasPrefix("tools/") {
            var status = stat()
            guard unsafe lstat(folder + "/" + path, &status) == 0 else { continue }
            found[path] = FileIdentity(
                inode: UInt64(status.st_ino),
                seconds: status.st_mtim.tv_sec,
                nanoseconds: status.st_mtim.tv_nsec,
                bytes: Int(status.st_size)
            )
        }
        return found
    }
}
