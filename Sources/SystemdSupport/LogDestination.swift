import Glibc

/// Where log lines go.
package enum LogDestination: Sendable, Hashable {
    /// systemd's journal, with fields.
    case journal
    /// Readable lines on standard error.
    case console

    /// The journal when standard error is connected to it, else the console.
    ///
    /// systemd sets `JOURNAL_STREAM` to the device and inode of the stream it made; children may have redirected theirs since.
    /// - Parameter journalStream: the value of `JOURNAL_STREAM`.
    /// - Parameter descriptor: standard error, or a test's own.
    package static func detect(journalStream: String?, descriptor: Int32 = STDERR_FILENO) -> LogDestination {
        let parts = (journalStream ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]) else { return .console }
        var information = stat()
        guard unsafe fstat(descriptor, &information) == 0 else { return .console }
        return UInt64(information.st_dev) == device && UInt64(information.st_ino) == inode ? .journal : .console
    }
}
