import CSystemd
import Glibc

/// What one thread is woken by.
struct EventDescriptor: ~Copyable, Sendable {
    private let descriptor: Int32

    init() throws(LogWriterError) {
        descriptor = csystemd_eventfd()
        guard descriptor >= 0 else { throw LogWriterError(operation: "eventfd", number: errno) }
    }

    deinit { close(descriptor) }

    /// Wakes whoever waits, now or next. Never blocks.
    func signal() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }

    /// Waits for a signal or until `writable` (unless negative) can be written to, at most for `limit`; may return early.
    func wait(orFor writable: Int32 = -1, atMost limit: Duration? = nil) {
        let milliseconds = limit.map { max(0, min(Int64(Int32.max), Int64(($0 / .milliseconds(1)).rounded(.up)))) }
        // A negative descriptor is passed over.
        var list = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: writable, events: Int16(POLLOUT), revents: 0),
        ]
        _ = unsafe poll(&list, nfds_t(list.count), milliseconds.map { Int32($0) } ?? -1)
    }

    /// Takes back what was signalled; whether anything was.
    @discardableResult func clear() -> Bool {
        var count: UInt64 = 0
        return unsafe read(descriptor, &count, 8) == 8
    }
}
