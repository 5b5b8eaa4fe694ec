/// The form of a URL that somebody configured for a service, a metadata endpoint or container credentials.
struct EndpointURL: Sendable, Hashable {
    /// `http` or `https`.
    let scheme: String
    /// Host in lower case, an IPv6 address without its brackets.
    let host: String
    /// The port where one is written.
    let port: UInt16?
    /// Path and query as written; empty or beginning with `/`.
    let pathAndQuery: String

    /// `nil` unless `text` is an absolute http(s) URL of ASCII without user, fragment, space or control characters.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !text.contains("#"), !text.contains("\\") else {
            return nil
        }
        guard let mark = text.firstIndex(of: ":"), text[mark...].hasPrefix("://") else { return nil }
        scheme = text[..<mark].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = text[mark...].dropFirst(3)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        pathAndQuery = String(rest[end...])
        // A user before the host does not pass: neither a host nor a port has an @.
        guard let parts = Self.split(authority) else { return nil }
        (host, port) = parts
    }

    /// Whether the host is this machine, by name or by address; nothing is looked up.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127"
            && octets.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8($0) != nil }
    }

    /// Whether the host is an address of the instance's or the container's own metadata service.
    var isMetadataAddress: Bool {
        ["169.254.169.254", "fd00:ec2::254", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"].contains(host)
    }

    /// `text` without slashes at its end, once it has passed every rule.
    ///
    /// - Parameter origin: where it was written, for the message.
    static func checked(_ text: String, origin: String) throws(EndpointProblem) -> String {
        guard let url = EndpointURL(text), !url.pathAndQuery.contains("?") else {
            throw EndpointProblem(
                "\(origin) is not an endpoint URL: write it as https://host[:port][/path], without user, query or fragment"
            )
        }
        guard url.scheme == "https" || url.isLoopback || url.isMetadataAddress else {
            throw EndpointProblem(
                "\(origin) is plain http to \(url.host), which would send signed requests and secrets in the clear: "
                    + "use https; plain http is only for loopback (127.0.0.1, localhost, [::1])"
            )
        }
        var trimmed = Substring(text)
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        return String(trimmed)
    }

    private static func split(_ authority: Substring) -> (host: String, port: UInt16?)? {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { return nil }
            port = after.isEmpty ? nil : after.dropFirst()
            guard host.contains(":"), host.utf8.allSatisfy({ isHexDigit($0) || $0 == 0x3A || $0 == 0x2E }) else {
                return nil
            }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                port = authority[authority.index(after: colon)...]
            }
            guard isHostName(host) else { return nil }
        }
        guard let digits = port else { return (host.lowercased(), nil) }
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(digits), number > 0 else {
            return nil
        }
        return (host.lowercased(), number)
    }

    private static func isHostName(_ host: Substring) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return !host.isEmpty && host.utf8.count <= 253
            && labels.allSatisfy { label in
                !label.isEmpty && label.utf8.count <= 63 && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) && byte >= 0x41
                            || byte == 0x2D
                            || byte == 0x5F
                    }
            }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20) && byte >= 0x41
    }
}
