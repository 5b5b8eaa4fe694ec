import Glibc

/// Standard error, written to without buffering.
enum StandardError {
    /// Whether it is a terminal.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes all of `text` in as few calls as the kernel takes; what cannot be written is lost, as there is nowhere to say so.
    static func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes a short text if that does not block: a pipe or a socket that says it can be written to takes so much.
    static func writeIfReady(_ text: String) {
        var ready = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&ready, 1, 0) == 1, ready.revents & Int16(POLLOUT) != 0 else { return }
        let bytes = Array(text.utf8.prefix(512))
        _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
