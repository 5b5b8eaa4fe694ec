/// An endpoint's URL taken apart for signing.
struct EndpointParts: Sendable, Hashable {
    /// `https` or `http`.
    let scheme: String
    /// Host and port, without the scheme's default port: what `Host` says.
    let authority: String
    /// Path that every request's path follows; empty for most, without a slash at its end.
    let basePath: String

    /// The parts of an absolute URL without query, as the resolver gives it.
    init(_ url: String) {
        let (scheme, rest) = Self.cut(url, at: "://")
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var authority = String(rest[..<slash])
        let defaultPort = scheme == "https" ? ":443" : ":80"
        if authority.hasSuffix(defaultPort) { authority.removeLast(defaultPort.count) }
        var path = String(rest[slash...])
        while path.hasSuffix("/") { path.removeLast() }
        self.scheme = scheme
        self.authority = authority
        basePath = path
    }

    private static func cut(_ text: String, at separator: String) -> (String, Substring) {
        guard let range = text.firstRange(of: separator) else { return ("https", text[...]) }
        return (text[..<range.lowerBound].lowercased(), text[range.upperBound...])
    }
}
