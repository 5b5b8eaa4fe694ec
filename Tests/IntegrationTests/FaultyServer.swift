import Dispatch
import Glibc

/// An HTTP server on 127.0.0.1 and a free port that reads a request, writes the same bytes each time, and hangs up.
final class FaultyServer: Sendable {
    /// `http://127.0.0.1:<port>`.
    let url: String
    private let listener: Int32

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - bytes: what is written after a request's head has come; empty hangs up without a byte.
    ///   - resets: whether the connection is reset, not closed.
    init(_ bytes: String, resets: Bool = false) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, size) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard isBound else { throw Failed(code: errno) }
        self.listener = listener
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        DispatchQueue(label: "faulty-server").async {
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                Self.readHead(connection)
                let answer = Array(bytes.utf8)
                _ = unsafe answer.withUnsafeBytes {
                    unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                var option = linger(l_onoff: resets ? 1 : 0, l_linger: 0)
                _ = unsafe setsockopt(connection, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
                if !resets { Self.readToEnd(connection) }
                close(connection)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func readHead(_ connection: Int32) {
        var last: [UInt8] = []
        var byte: UInt8 = 0
        while last != [13, 10, 13, 10], unsafe recv(connection, &byte, 1, 0) == 1 { last = last.suffix(3) + [byte] }
    }

    /// What is unread at a close would reset the connection.
    private static func readToEnd(_ connection: Int32) {
        shutdown(connection, Int32(SHUT_WR))
        var chunk = [UInt8](repeating: 0, count: 4096)
        while unsafe recv(connection, &chunk, chunk.count, 0) > 0 {}
    }

    /// No socket could be had.
    struct Failed: Error { let code: Int32 }
}
