import Glibc

/// An open file that closes itself.
struct FileHandle: ~Copyable, Sendable {
    /// The descriptor; close-on-exec.
    let descriptor: Int32

    /// Takes over an open descriptor.
    init(owning descriptor: Int32) { self.descriptor = descriptor }

    /// Makes a new file of mode 0600 for appending; fails where one is there.
    init(creating path: String) throws(SystemError) {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemError("open", errno) }
    }

    /// Opens an existing file to read.
    init(reading path: String) throws(SystemError) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", errno) }
    }

    /// Opens an existing file to read where a tool may have put anything: follows no link and waits for no pipe's writer.
    init(readingUntrusted path: String) throws(SystemError) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemError("open", errno) }
    }

    /// Opens a file to take a lock on, making it with mode 0600 where there is none.
    init(locking path: String) throws(SystemError) {
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemError("open", errno) }
    }

    /// Opens an existing file to write over what it holds.
    init(overwriting path: String) throws(SystemError) {
        // A tool may have put something else there: no waiting for a pipe's reader.
        descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemError("open", errno) }
    }

    deinit { close(descriptor) }

    /// Writes `bytes` over the file's first ones, with one call where the kernel takes all of them.
    func overwrite(_ bytes: [UInt8]) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes[done...].withUnsafeBytes {
                unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(done))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemError("pwrite", count < 0 ? errno : ENOSPC) }
            done += count
        }
    }

    /// Writes all of `bytes`.
    func write(_ bytes: [UInt8]) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemError("write", count < 0 ? errno : ENOSPC) }
            rest = rest.dropFirst(count)
        }
    }

    /// Fills `buffer` from `offset`; returns how many bytes there were, 0 at the end.
    func read(into buffer: inout [UInt8], at offset: Int) throws(SystemError) -> Int {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe pread(descriptor, $0.baseAddress, $0.count, off_t(offset))
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read", errno) }
            return count
        }
    }

    /// Bytes in the file now.
    func size() throws(SystemError) -> Int {
        var information = stat()
        guard unsafe fstat(descriptor, &information) == 0 else { throw SystemError("fstat", errno) }
        return Int(information.st_size)
    }
}
