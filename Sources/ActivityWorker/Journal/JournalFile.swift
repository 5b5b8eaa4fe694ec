import Glibc

/// An open file or folder of the journal; closed when it goes out of scope. Never inherited by a child (`O_CLOEXEC`).
struct JournalFile: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// Opens `path`; a file that is created gets mode 0600.
    init(_ path: String, _ flags: Int32) throws(JournalError) {
        descriptor = unsafe open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode_t(0o600))
        self.path = path
        guard descriptor >= 0 else { throw .system("open", path) }
    }

    deinit { close(descriptor) }

    /// Writes all of `bytes` at the file's position.
    borrowing func write(_ bytes: [UInt8]) throws(JournalError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes[done...].withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .system("write", path) }
            done += count
        }
    }

    /// Everything from the file's position to its end, at most `limit` bytes.
    borrowing func read(limit: Int) throws(JournalError) -> [UInt8] {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while result.count <= limit {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .system("read", path) }
            if count == 0 { return result }
            result.append(contentsOf: chunk[..<count])
        }
        throw JournalError(.system, "\(path) is larger than \(limit) bytes")
    }

    /// Cuts the file to `count` bytes.
    borrowing func truncate(to count: Int) throws(JournalError) {
        guard ftruncate(descriptor, off_t(count)) == 0 else { throw .system("ftruncate", path) }
    }

    /// Takes `count` bytes of the disk for the file, so that writing them later cannot fail for want of room.
    borrowing func reserve(_ count: Int) throws(JournalError) {
        let result = posix_fallocate(descriptor, 0, off_t(count))
        guard result == 0 else {
            errno = result
            throw .system("posix_fallocate", path)
        }
    }

    /// Returns when the file, or the folder's entries, would survive a loss of power.
    borrowing func synchronize() throws(JournalError) {
        guard fsync(descriptor) == 0 else { throw .system("fsync", path) }
    }

    /// Takes the exclusive lock of the open file without waiting; false when another holder has it.
    borrowing func lock() throws(JournalError) -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw .system("flock", path) }
        return false
    }
}

extension JournalError {
    /// The failure of `call` on `path`, from `errno`.
    static func system(_ call: String, _ path: String) -> JournalError {
        let number = errno
        var text = [CChar](repeating: 0, count: 128)
        let known = unsafe strerror_r(number, &text, text.count) == 0
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let message = known ? String(decoding: bytes, as: UTF8.self) : "error \(number)"
        return JournalError(
            number == ENOSPC || number == EDQUOT ? .noRoom : .system,
            "\(call) \(path): \(message)",
            number: number
        )
    }
}
