/// Scheme, host and port of a URL that may be sent.
struct RequestTarget: Sendable, Hashable {
    var isHTTPS: Bool
    /// Lower case, without the brackets of an IPv6 literal.
    var host: String
    var port: Int
    /// `scheme://host:port`, for messages.
    var origin: String

    /// Splits `url`; libcurl reads the rest of it.
    ///
    /// - Throws: `.invalidRequest` for another scheme, user information, no host, a port outside 1 to 65535, or bytes that do
    ///   not belong in an encoded URL. The message does not quote the URL: its query may be signed.
    init(_ url: String) throws(TransportError) {
        let bytes = url.utf8
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Self.invalid("the URL holds a space, a control character or a character outside ASCII")
        }
        guard let schemeEnd = url.range(ofFirst: "://") else { throw Self.invalid("the URL is not absolute") }
        switch url[..<schemeEnd.lowerBound].lowercased() {
        case "https": isHTTPS = true
        case "http": isHTTPS = false
        default: throw Self.invalid("the URL's scheme is neither http nor https")
        }
        let authority = url[schemeEnd.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { throw Self.invalid("the URL holds user information") }
        guard let (host, portText) = Self.splitHost(authority), !host.isEmpty else {
            throw Self.invalid("the URL names no host")
        }
        self.host = host.lowercased()
        if let portText {
            guard portText.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = Int(portText), 1...65535 ~= port
            else { throw Self.invalid("the URL's port is not a number from 1 to 65535") }
            self.port = port
        } else {
            port = isHTTPS ? 443 : 80
        }
        let shownHost = self.host.contains(":") ? "[\(self.host)]" : self.host
        origin = "\(isHTTPS ? "https" : "http")://\(shownHost):\(port)"
    }

    private static func splitHost(_ authority: Substring) -> (host: Substring, port: Substring?)? {
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            let host = authority[authority.index(after: authority.startIndex)..<close]
            let rest = authority[authority.index(after: close)...]
            guard !rest.isEmpty else { return (host, nil) }
            return rest.hasPrefix(":") ? (host, rest.dropFirst()) : nil
        }
        guard let colon = authority.firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func invalid(_ reason: String) -> TransportError {
        TransportError(.invalidRequest, reason, mayHaveBeenSent: false)
    }
}

extension String {
    /// The first occurrence of `part`. (FoundationEssentials has it too; this target needs nothing else of it.)
    fileprivate func range(ofFirst part: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            start = index(after: start)
        }
        return nil
    }
}
