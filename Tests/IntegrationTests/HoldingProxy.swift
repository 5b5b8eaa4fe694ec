import Dispatch
import Foundation
import Synchronization

/// An HTTP proxy on 127.0.0.1 between a tool and an emulator, which answers a request itself, or lets the emulator do what it is asked and
/// then holds the answer back: a tool that is killed meanwhile has made the call and not heard of it.
final class HoldingProxy: Sendable {
    /// What becomes of a request.
    enum Decision: Sendable {
        /// The emulator's answer is handed on.
        case pass
        /// The emulator does it, and the answer is held back until `release`.
        case hold
        /// The emulator is not asked; this is the answer.
        case answer(String)
    }

    /// A request: its first line, and its body.
    struct Request: Sendable {
        var line: String
        var body: String
    }

    /// `http://127.0.0.1:<port>`.
    let url: String
    private let listener: Int32
    private let upstream: UInt16
    private let decide: @Sendable (Request) -> Decision
    private let held = Mutex(false)
    private let isReleased = Mutex(false)
    private let requests = Mutex<[Request]>([])

    /// A proxy in front of the emulator at `url`, a loopback address with a port.
    init(before url: String, _ decide: @escaping @Sendable (Request) -> Decision) throws {
        guard let port = url.split(separator: ":").last.flatMap({ UInt16($0) }) else { throw Failed(code: EINVAL) }
        upstream = port
        self.decide = decide
        (listener, self.url) = try Self.listen()
        DispatchQueue(label: "holding-proxy").async { [self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                // Held for long: not in Dispatch's pool, in which Swift's tasks run too.
                Thread.detachNewThread { self.serve(connection) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Every request so far.
    var seen: [Request] { requests.withLock { $0 } }

    /// Returns when an answer is being held back.
    func untilHeld() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !held.withLock({ $0 }) {
            guard ContinuousClock.now < deadline else { throw Failed(code: ETIMEDOUT) }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// What is held back is answered, and nothing is held back any more.
    func release() { isReleased.withLock { $0 = true } }

    /// No socket could be had, or nothing was held in time.
    struct Failed: Error { let code: Int32 }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        guard let (bytes, request) = Self.read(connection) else { return }
        requests.withLock { $0.append(request) }
        let decision = decide(request)
        if case .answer(let text) = decision { return Self.send(Array(text.utf8), to: connection) }
        let emulator = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(emulator) }
        var address = Self.address(port: upstream)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(emulator, $0, size) == 0 }
        }
        guard isConnected else { return }
        Self.send(bytes, to: emulator)
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while case let count = unsafe recv(emulator, &chunk, chunk.count, 0), count > 0 { answer += chunk[..<count] }
        if case .hold = decision {
            held.withLock { $0 = true }
            var watched = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            // Until the tool is gone, or is to have its answer.
            while !isReleased.withLock({ $0 }) {
                if unsafe poll(&watched, 1, 20) > 0, unsafe recv(connection, &chunk, chunk.count, 0) <= 0 { return }
            }
        }
        Self.send(answer, to: connection)
    }

    /// One request, made one that the emulator closes the connection after.
    private static func read(_ connection: Int32) -> ([UInt8], Request)? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
            let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            let length = head.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("content-length:") }
            let wanted = length.flatMap { Int($0.split(separator: ":")[1].filter { $0 != " " }) } ?? 0
            guard bytes.count - end.upperBound >= wanted else { continue }
            let line = String(head.prefix { !$0.isNewline })
            let rest = head.dropFirst(line.count)
            let body = bytes[end.upperBound...]
            let closing = Array((line + "\r\nConnection: close" + rest + "\r\n\r\n").utf8)
            return (closing + body, Request(line: line, body: String(decoding: body, as: UTF8.self)))
        }
    }

    private static func send(_ bytes: [UInt8], to connection: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        return address
    }

    private static func listen() throws -> (Int32, String) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, size) == 0 && Glibc.listen(listener, 64) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard isBound else { throw Failed(code: errno) }
        return (listener, "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))")
    }
}
