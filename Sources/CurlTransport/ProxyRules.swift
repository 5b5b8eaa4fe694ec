/// Which proxy a request goes through, by the convention of curl and most Unix programs.
///
/// `https_proxy` or `HTTPS_PROXY` for https; `http_proxy` for http, in lower case only, because a CGI-like parent could set the
/// upper-case form from a request header; `all_proxy` or `ALL_PROXY` for either. `no_proxy` or `NO_PROXY` lists exceptions,
/// separated by commas or blanks: `*`, a domain (with or without a leading dot, its subdomains included), an address, or a
/// CIDR block. (https://curl.se/libcurl/c/libcurl-env.html)
struct ProxyRules: Sendable {
    private let https: String?
    private let http: String?
    private let exceptions: [String]

    init(environment: [String: String]) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        let all = value("all_proxy", "ALL_PROXY")
        https = value("https_proxy", "HTTPS_PROXY") ?? all
        http = value("http_proxy") ?? all
        exceptions = (value("no_proxy", "NO_PROXY") ?? "").split { $0 == "," || $0 == " " || $0 == "\t" }
            .map { $0.lowercased() }
    }

    /// The proxy's URL for `target`, which may hold a password; `nil` for a direct connection.
    func proxy(for target: RequestTarget) -> String? {
        guard let proxy = target.isHTTPS ? https : http else { return nil }
        let host = target.host.hasSuffix(".") ? String(target.host.dropLast()) : target.host
        if host == "localhost" || host.hasSuffix(".localhost") { return nil }
        let address = HostAddress(host)
        if let address, address.isNeverProxied { return nil }
        return exceptions.contains { Self.matches($0, host: host, address: address) } ? nil : proxy
    }

    private static func matches(_ exception: String, host: String, address: HostAddress?) -> Bool {
        if exception == "*" { return true }
        guard let address else {
            let domain = exception.hasPrefix(".") ? String(exception.dropFirst()) : exception
            return !domain.isEmpty && (host == domain || host.hasSuffix("." + domain))
        }
        let parts = exception.split(separator: "/", maxSplits: 1)
        let literal = parts.first.map { $0.hasPrefix("[") ? $0.dropFirst().prefix { $0 != "]" } : $0 } ?? ""
        guard let block = HostAddress(literal) else { return false }
        guard parts.count == 2 else { return block == address }
        return Int(parts[1]).map { address.sharesPrefix(of: $0, with: block) } ?? false
    }
}
