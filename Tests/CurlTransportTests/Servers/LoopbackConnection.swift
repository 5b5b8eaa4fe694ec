import Dispatch
import Glibc
import Synchronization

/// The server's end of one connection: blocking calls, made from the script's thread.
final class LoopbackConnection: Sendable {
    /// The socket, and whether it has been closed: a number that has been closed may already be another's.
    private let descriptor: Mutex<Int32?>
    private let pending = Mutex<[UInt8]>([])
    private let record: @Sendable (ReceivedRequest) -> Void

    init(descriptor: Int32, record: @escaping @Sendable (ReceivedRequest) -> Void) {
        self.descriptor = Mutex(descriptor)
        self.record = record
    }

    /// The next request with its body, or `nil` at the end of the connection.
    @discardableResult
    func readRequest() -> ReceivedRequest? {
        var bytes = pending.withLock { $0 }
        var headEnd = Self.endOfHead(bytes)
        while headEnd == nil {
            guard let more = read() else { return nil }
            bytes += more
            headEnd = Self.endOfHead(bytes)
        }
        guard let headEnd else { return nil }
        let lines = String(decoding: bytes[..<(headEnd - 4)], as: UTF8.self).split(separator: "\r\n").map(String.init)
        var request = ReceivedRequest(lines: lines, body: [])
        let length = request.values("content-length").first.flatMap { Int($0) } ?? 0
        while bytes.count < headEnd + length {
            guard let more = read() else { return nil }
            bytes += more
        }
        request.body = Array(bytes[headEnd..<(headEnd + length)])
        pending.withLock { $0 = Array(bytes[(headEnd + length)...]) }
        record(request)
        return request
    }

    /// Some bytes, or `nil` at the end.
    func read() -> [UInt8]? {
        guard let descriptor = descriptor.withLock({ $0 }) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    /// Writes all of `text`; returns whether the peer still took it.
    @discardableResult
    func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Writes all bytes; returns whether the peer still took them.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            guard let descriptor = descriptor.withLock({ $0 }) else { return false }
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[sent...])
                return unsafe send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// A complete answer.
    @discardableResult
    func answer(_ body: String = "ok", status: String = "200 OK", fields: String = "") -> Bool {
        write("HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Answers every request until the peer closes.
    func serve(_ body: String = "ok") { while readRequest() != nil { answer(body) } }

    /// Waits until the peer, or `stop()`, ends the connection.
    func hold() { while read() != nil {} }

    /// Ends the connection with RST.
    func reset() {
        descriptor.withLock { descriptor in
            guard let open = descriptor else { return }
            var linger = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(open, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            Glibc.close(open)
            descriptor = nil
        }
    }

    /// Ends the connection in order.
    func close() {
        descriptor.withLock { descriptor in
            if let open = descriptor { Glibc.close(open) }
            descriptor = nil
        }
    }

    /// Makes a blocked read of another thread return.
    func interrupt() {
        descriptor.withLock { descriptor in
            if let open = descriptor { _ = shutdown(open, Int32(SHUT_RDWR)) }
        }
    }

    /// Copies everything between this connection and a port of 127.0.0.1 until both have ended, as a proxy's tunnel does.
    func tunnel(toPort port: Int) {
        guard let peer = try? Sockets.connect(port: port) else { return }
        let other = LoopbackConnection(descriptor: peer) { _ in }
        let back = Sockets.thread { [self] in
            while let bytes = other.read(), write(bytes) {}
            interrupt()
        }
        while let bytes = read(), other.write(bytes) {}
        other.interrupt()
        back.wait()
        other.close()
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for end in 4...bytes.count where bytes[(end - 4)..<end].elementsEqual("\r\n\r\n".utf8) { return end }
        return nil
    }
}
