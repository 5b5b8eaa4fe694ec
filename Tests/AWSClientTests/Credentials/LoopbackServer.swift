import Dispatch
import Glibc
import Synchronization

/// A small HTTP/1.1 server on 127.0.0.1 and a free port, one answer per connection, that answers by a rule.
final class LoopbackServer: Sendable {
    /// What a client sent.
    struct Request: Sendable {
        let method: String
        let path: String
        /// Names in lower case.
        let headers: [String: String]
    }

    /// `http://127.0.0.1:port`.
    let url: String
    private let listener: Int32
    private let asked = Mutex<[Request]>([])

    /// What it was asked, in order.
    var requests: [Request] { asked.withLock { $0 } }

    /// Starts to listen.
    init(_ rule: @escaping @Sendable (Request) -> (status: Int, body: String)) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe bind(listener, raw, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, raw, &length) == 0
            }
        }
        guard bound else { throw Failed(code: errno) }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread { [weak self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                if let request = Self.read(connection) {
                    self?.asked.withLock { $0.append(request) }
                    Self.write(rule(request), to: connection)
                }
                close(connection)
            }
        }
    }

    deinit {
        // Ends the accept; the descriptor is closed after it, so that no other thread can be given its number meanwhile.
        Glibc.shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        let end: [UInt8] = [13, 10, 13, 10]
        while !bytes.suffix(4).elementsEqual(end) {
            let count = unsafe recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            bytes.append(contentsOf: chunk[..<count])
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1].drop(while: { $0 == " " })) }
        }
        return Request(method: String(words[0]), path: String(words[1]), headers: headers)
    }

    private static func write(_ answer: (status: Int, body: String), to connection: Int32) {
        let head =
            "HTTP/1.1 \(answer.status) X\r\nContent-Length: \(answer.body.utf8.count)\r\nConnection: close\r\n\r\n"
        var rest = Array((head + answer.body).utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// No socket could be had.
    struct Failed: Error { let code: Int32 }
}

/// A thread of libdispatch that runs to its end.
private struct Thread {
    @discardableResult
    init(_ body: @escaping @Sendable () -> Void) { DispatchQueue(label: "loopback-server").async(execute: body) }
}
