import Dispatch
import Foundation
import Synchronization

/// An instance metadata service on 127.0.0.1 for one test: a token for everybody, and documents by path.
final class FakeMetadata: Sendable {
    /// `http://127.0.0.1:<port>`.
    let url: String
    private let listener: LoopbackListener
    private let documents = Mutex<[String: String]>([:])

    init() throws {
        let listener = try LoopbackListener()
        self.listener = listener
        url = listener.url
        DispatchQueue(label: "fake-metadata").async { [weak self, descriptor = listener.descriptor] in
            while case let connection = accept(descriptor, nil, nil), connection >= 0 {
                self?.answer(connection)
                close(connection)
            }
        }
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
