import Glibc

/// Folders and names of the journal: the calls that change them, each a typed error.
enum JournalFolder {
    /// Makes `path` with mode 0700; an existing folder is well. Returns whether it was made.
    @discardableResult
    static func make(_ path: String) throws(JournalError) -> Bool {
        if unsafe mkdir(path, mode_t(0o700)) == 0 { return true }
        guard errno == EEXIST else { throw .system("mkdir", path) }
        return false
    }

    /// Renames, over an existing file too.
    static func rename(_ from: String, to: String) throws(JournalError) {
        guard unsafe Glibc.rename(from, to) == 0 else { throw .system("rename", from) }
    }

    /// Makes the entries of `path` survive a loss of power.
    static func synchronize(_ path: String) throws(JournalError) {
        try JournalFile(path, O_RDONLY | O_DIRECTORY).synchronize()
    }

    /// Removes the file; one that is not there is well.
    static func removeFile(_ path: String) throws(JournalError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .system("unlink", path) }
    }

    /// Removes a claim's folder with everything in it, whatever somebody put there.
    static func removeClaim(_ path: String) throws(JournalError) {
        for name in try entries(path) {
            let entry = "\(path)/\(name)"
            var status = stat()
            guard unsafe lstat(entry, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                try removeFile(entry)
                continue
            }
            try removeClaim(entry)
        }
        guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw .system("rmdir", path) }
    }

    /// Names in `path` without `.` and `..`, sorted.
    static func entries(_ path: String) throws(JournalError) -> [String] {
        guard let folder = unsafe opendir(path) else { throw .system("opendir", path) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Refuses what is no folder that this process may write in, a file system that was mounted read-only included.
    static func requireWritable(_ path: String) throws(JournalError) {
        guard unsafe access("\(path)/.", W_OK | X_OK) == 0 else { throw .system("access", path) }
    }

    /// Bytes that may still be written on the file system of `path`.
    static func room(at path: String) throws(JournalError) -> UInt64 {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw .system("statvfs", path) }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }
}
