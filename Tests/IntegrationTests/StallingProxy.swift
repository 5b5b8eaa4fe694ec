import Dispatch
import Glibc
import TestSupport

/// A TCP proxy on 127.0.0.1 in front of a server on 127.0.0.1 that passes everything on until a client sends a certain text: that
/// connection gets no further byte through, and stays open until the client hangs up.
final class StallingProxy: Sendable {
    /// `http://127.0.0.1:<port>`.
    let url: String
    private let listener: Int32
    private let stall: AsyncStream<Void>

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - target: `http://127.0.0.1:<port>` of the server.
    ///   - texts: whichever comes first stalls its connection.
    init(to target: String, stallingAt texts: [String]) throws {
        let port = UInt16(target.split(separator: ":").last.map(String.init) ?? "") ?? 0
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.loopback(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, size) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard isBound, port != 0 else { throw Failed(code: errno) }
        self.listener = listener
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        let (stall, stalled) = AsyncStream.makeStream(of: Void.self)
        self.stall = stall
        let marks = texts.map { Array($0.utf8) }
        DispatchQueue(label: "stalling-proxy").async {
            while case let client = accept(listener, nil, nil), client >= 0 {
                guard let server = Self.connected(port) else {
                    close(client)
                    continue
                }
                let queue = DispatchQueue(label: "stalling-proxy-connection", attributes: .concurrent)
                let ends = DispatchGroup()
                queue.async(group: ends) { Self.pump(from: client, to: server, until: marks) { stalled.yield() } }
                queue.async(group: ends) { Self.pump(from: server, to: client, until: []) {} }
                ends.notify(queue: queue) {
                    close(client)
                    close(server)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Returns once a connection is stalled.
    func stalled() async { for await _ in stall { return } }

    /// Passes bytes on until the sender hangs up, or until one of `marks` is among them; then drops what comes.
    private static func pump(from source: Int32, to sink: Int32, until marks: [[UInt8]], _ stalled: () -> Void) {
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        // The end of what went before, as a mark may come in pieces.
        var seen: [UInt8] = []
        var isStalled = false
        while case let count = unsafe recv(source, &chunk, chunk.count, 0), count > 0 {
            if isStalled { continue }
            seen += chunk[..<count]
            if marks.contains(where: { seen.firstRange(of: $0) != nil }) {
                isStalled = true
                stalled()
                continue
            }
            seen = seen.suffix(1024)
            guard send(chunk[..<count], to: sink) else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to sink: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func connected(_ port: UInt16) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = loopback(port: port)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result != 0 else { return descriptor }
        close(descriptor)
        return nil
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    /// No socket could be had.
    struct Failed: Error { let code: Int32 }
}
