/// How a request's path becomes the path that is signed.
package enum CanonicalPath: Sendable, Hashable {
    /// Dot segments and repeated slashes resolved, then percent-encoded once more (`%3A` is `%253A`): all services but S3.
    case normalized
    /// Percent-encoded once more, without normalisation: a signer's option that no service of ours uses (in the public vectors).
    case encoded
    /// As sent, for S3, whose keys may hold `..` and `//`. Bytes that no URL may hold are encoded.
    case asSent

    /// Appends the canonical form of `path`.
    func append(_ path: String, to bytes: inout [UInt8]) {
        if path.isEmpty || path == "/" { return bytes.append(UInt8(ascii: "/")) }
        switch self {
        case .normalized:
            PercentEncoding.append(Self.normalized(Array(path.utf8)), to: &bytes, keepingSlash: true)
        case .encoded:
            PercentEncoding.append(path.utf8, to: &bytes, keepingSlash: true)
        case .asSent:
            for byte in path.utf8 {
                if (0x21...0x7E).contains(byte) {
                    bytes.append(byte)
                } else {
                    PercentEncoding.append(encoded: byte, to: &bytes)
                }
            }
        }
    }

    /// RFC 3986 §5.2.4 as the SDKs have it: empty segments dropped too, and a slash at the end only where one was sent
    /// (`/a/..` is `/`, but `/a/b/..` is `/a`).
    private static func normalized(_ path: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        let dot = UInt8(ascii: ".")
        var segments: [ArraySlice<UInt8>] = []
        let parts = path.split(separator: slash, omittingEmptySubsequences: false)
        for part in parts where !part.isEmpty && !part.elementsEqual([dot]) {
            if part.elementsEqual([dot, dot]) { _ = segments.popLast() } else { segments.append(part) }
        }
        guard !segments.isEmpty else { return [slash] }
        var result: [UInt8] = []
        result.reserveCapacity(path.count + 1)
        for segment in segments {
            result.append(slash)
            result.append(contentsOf: segment)
        }
        if path.last == slash { result.append(slash) }
        return result
    }
}
