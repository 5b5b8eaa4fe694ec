import Glibc

/// Small files that only this user reads: mode 0600 in folders of mode 0700.
enum PrivateFile {
    /// Replaces the file at `path` in one step: a reader sees the old content, or the new, never a part.
    static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let temporary = path + ".new"
        _ = unsafe unlink(temporary)
        let file = try FileHandle(creating: temporary)
        do {
            try file.write(bytes)
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
        guard unsafe rename(temporary, path) == 0 else { throw SystemError("rename", errno) }
    }

    /// Makes the file at `path` with room for `byteCount` bytes, for `replace(_:with:inRoomOf:)` to use on a disk that has filled.
    static func reserve(_ path: String, byteCount: Int) throws(SystemError) {
        _ = unsafe unlink(path)
        let file = try FileHandle(creating: path)
        let number = posix_fallocate(file.descriptor, 0, off_t(byteCount))
        guard number == 0 else {
            _ = unsafe unlink(path)
            throw SystemError("posix_fallocate", number)
        }
    }

    /// As `replace(_:with:)`, in the room that `reserve` has made at `reserved`, which goes with it.
    static func replace(_ path: String, with bytes: [UInt8], inRoomOf reserved: String) throws(SystemError) {
        let file = try FileHandle(overwriting: reserved)
        try file.overwrite(bytes)
        guard ftruncate(file.descriptor, off_t(bytes.count)) == 0 else { throw SystemError("ftruncate", errno) }
        guard unsafe rename(reserved, path) == 0 else { throw SystemError("rename", errno) }
    }

    /// The whole file, or `nil` where there is none.
    static func read(_ path: String) throws(SystemError) -> [UInt8]? {
        let file: FileHandle
        do {
            file = try FileHandle(reading: path)
        } catch {
            if error.number == ENOENT { return nil }
            throw error
        }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = try file.read(into: &chunk, at: content.count)
            if count == 0 { return content }
            content.append(contentsOf: chunk[..<count])
        }
    }

    /// Makes the folder at `path`, mode 0700; one that is there already is taken as it is.
    static func makeFolder(_ path: String) throws(SystemError) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SystemError("mkdir", errno) }
    }
}
