import Dispatch
import Foundation
import Synchronization

/// An instance metadata service on 127.0.0.1 for one test: a token for everybody, and documents by path.
final class FakeMetadata: Sendable {
    /// `http://127.0.0.1:<port>`.
    let url: String
    private let listener: Int32
    private let documents = Mutex<[String: String]>([:])

    init() throws {
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
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        DispatchQueue(label: "fake-metadata").async { [weak self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                self?.answer(connection)
                close(connection)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// From now on `path` is answered with `text`, without it with 404.
    func set(_ path: String, _ text: String) { documents.withLock { $0[path] = text } }

    private func answer(_ connection: Int32) {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while !head.suffix(4).elementsEqual([13, 10, 13, 10]), unsafe recv(connection, &byte, 1, 0) == 1 {
            head.append(byte)
        }
        let words = String(decoding: head, as: UTF8.self).split(separator: " ")
        let body: String? =
            words.first == "PUT" ? "token" : words.count > 1 ? documents.withLock { $0[String(words[1])] } : nil
        let status = body == nil ? "404 Not Found" : "200 OK"
        let text = """
            HTTP/1.1 \(status)\r\nX-aws-ec2-metadata-token-ttl-seconds: 21600\r\n\
            Content-Length: \(body?.utf8.count ?? 0)\r\nConnection: close\r\n\r\n\(body ?? "")
            """
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}
