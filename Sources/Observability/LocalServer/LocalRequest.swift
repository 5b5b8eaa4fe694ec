/// One request on a Unix socket: its head, as no request here has a body, and who sent it.
package struct LocalRequest: Sendable, Hashable {
    /// `GET`, `HEAD`, `POST`, …
    package var method: String
    /// From the first `/` to the query, as it was sent.
    package var path: String
    /// Names and values of the query, percent-decoded; the first of a repeated name.
    package var query: [String: String]
    /// Who is at the other end; `nil` where the kernel does not say.
    package var peer: SocketPeer?

    /// A request for `uri` (path and query).
    package init(method: String, uri: String, peer: SocketPeer? = nil) {
        self.method = method
        let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        query = [:]
        self.peer = peer
        for item in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decoded(pair[0])
            if query[name] == nil { query[name] = pair.count > 1 ? Self.decoded(pair[1]) : "" }
        }
    }

    /// The path's components, percent-decoded.
    package var components: [String] { path.split(separator: "/").map(Self.decoded) }

    /// `text` with each `%XX` as its byte; an escape that is none stays as it is.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
                rest.count >= 2
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
