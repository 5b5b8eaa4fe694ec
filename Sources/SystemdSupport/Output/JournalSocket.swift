import Glibc

/// systemd's journal by its own socket.
///
/// Not by `sd_journal_sendv`: that says nothing when there is no journald, and blocks when journald does not read.
struct JournalSocket: ~Copyable {
    /// Where journald listens. systemd holds the socket, so it outlives a restart of journald.
    static let path = "/run/systemd/journal/socket"

    private let path: String
    private var descriptor: Int32 = -1

    /// A socket that is opened with the first entry, and again when its other end has gone.
    init(path: String = JournalSocket.path) { self.path = path }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Sends one entry, in a memory file when it is too large for a datagram. Never blocks.
    mutating func send(_ fields: [JournalField]) -> LogSinkAnswer {
        let bytes = JournalEncoding.encode(fields)
        // Again once: a socket whose other end has gone says so only when it is written to.
        for isLast in [false, true] {
            if descriptor < 0 {
                descriptor = Datagram.connect(to: path)
                if descriptor < 0 { return .away }
            }
            var result = Datagram.send(bytes, on: descriptor)
            if [-EMSGSIZE, -ENOBUFS].contains(result) {
                result = Datagram.sendFile(bytes, on: descriptor)
            }
            switch -result {
            case 0: return .taken
            case EAGAIN: return .full(descriptor: descriptor)
            case ECONNREFUSED, ECONNRESET, ENOTCONN, EPIPE, ENOENT:
                close(descriptor)
                descriptor = -1
                if isLast { return .away }
            case EINTR, ENOBUFS, ENOMEM, EMFILE, ENFILE, ENOSPC, ETOOMANYREFS: return .away
            default: return .refused
            }
        }
        return .away
    }
}
