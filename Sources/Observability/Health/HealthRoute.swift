import NIOHTTP1

/// What a request to the health socket asks for.
enum HealthRoute: String, Sendable, CaseIterable {
    case livez
    case readyz
    case status
    case metrics

    /// The route of a request, or the answer that refuses it.
    static func of(_ head: HTTPRequestHead) -> Result<HealthRoute, HealthResponse> {
        guard head.method == .GET || head.method == .HEAD else {
            let text = "only GET and HEAD\n"
            return .failure(HealthResponse(status: .methodNotAllowed, body: text, extra: [("Allow", "GET, HEAD")]))
        }
        let lengths = head.headers["Content-Length"]
        guard lengths.allSatisfy({ $0 == "0" }), head.headers["Transfer-Encoding"].isEmpty else {
            return .failure(HealthResponse(status: .payloadTooLarge, body: "no request here has a body\n"))
        }
        let path = head.uri.prefix { $0 != "?" }
        guard path.first == "/", let route = HealthRoute(rawValue: String(path.dropFirst())) else {
            let known = allCases.map { "/\($0.rawValue)" }.joined(separator: " ")
            return .failure(HealthResponse(status: .notFound, body: "known: \(known)\n"))
        }
        return .success(route)
    }

    /// Asks `source`.
    func answer(_ source: any HealthSource) async -> HealthResponse {
        switch self {
        case .livez: HealthResponse(await source.livez())
        case .readyz: HealthResponse(await source.readyz())
        case .status: HealthResponse(status: .ok, type: "application/json", body: await source.status())
        case .metrics:
            HealthResponse(status: .ok, type: "text/plain; version=0.0.4; charset=utf-8", body: await source.metrics())
        }
    }
}
