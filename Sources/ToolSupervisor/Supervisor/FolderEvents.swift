import Glibc

/// A descriptor that becomes readable when an entry appears in a folder.
struct FolderEvents: ~Copyable {
    private let file: FileHandle

    /// Watches the folder at `path`.
    init(_ path: String) throws(SystemError) {
        let descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard descriptor >= 0 else { throw SystemError("inotify_init1", errno) }
        let file = FileHandle(owning: descriptor)
        guard unsafe inotify_add_watch(descriptor, path, UInt32(IN_CREATE) | UInt32(IN_MOVED_TO)) >= 0 else {
            throw SystemError("inotify_add_watch", errno)
        }
        self.file = file
    }

    var descriptor: Int32 { file.descriptor }

    /// Forgets what has happened so far.
    func clear() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while unsafe buffer.withUnsafeMutableBytes({ unsafe read(file.descriptor, $0.baseAddress, $0.count) }) > 0 {}
    }
}
