import Dispatch
import Glibc

/// An HTTP server on 127.0.0.1 and a free port that reads a request, writes the same bytes each time, and hangs up.
final class FaultyServer: Sendable {
    /// `http://127.0.0.1:<port>`.
    let url: String
    private let listener: LoopbackListener

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - bytes: what is written after a request's head has come; empty hangs up without a byte.
    ///   - resets: whether the connection is reset, not closed.
    init(_ bytes: String, resets: Bool = false) throws {
        let listener = try LoopbackListener()
        self.listener = listener
        url = listener.url
        DispatchQueue(label: "faulty-server").async { [descriptor = listener.descriptor] in
            while case let connection = accept(descriptor, nil, nil), connection >= 0 {
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
}
