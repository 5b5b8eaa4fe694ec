import Foundation

/// A client of a Unix socket that does exactly what it is told. Blocking, with a time-out; for threads of a test's own.
final class UnixClient: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Sends all of it; `false` when the server has closed.
    @discardableResult
    func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Waits, reading nothing, until the server has closed; `false` when it has not within the time-out.
    func waitForHangUp() -> Bool {
        // A hang-up is told whether it is asked for or not, and nothing else is.
        var interest = pollfd(fd: descriptor, events: 0, revents: 0)
        return unsafe poll(&interest, 1, 30_000) == 1 && interest.revents & Int16(POLLHUP) != 0
    }

    /// `POLLRDHUP` of Linux, which Swift's Glibc hides.
    private static let remoteHangUp: Int16 = 0x2000

    /// Whether the server has shut its side.
    func hasHungUp() -> Bool {
        var interest = pollfd(fd: descriptor, events: Self.remoteHangUp, revents: 0)
        return unsafe poll(&interest, 1, 0) == 1
    }

    /// Everything until the server closes; `nil` when it does not within the time-out.
    func readToEnd() -> String? {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 && errno == EAGAIN { return nil }
            if count <= 0 { return String(decoding: all, as: UTF8.self) }
            all += buffer[..<count]
        }
    }
}
