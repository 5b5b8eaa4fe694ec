import NIOHTTP1

/// What a request to the health socket asks for.
enum HealthRoute: String, Sendable, CaseIterable {
    case livez
    case readyz
    case status
    case metrics

    /// The route of a request, or the answer that refuses it.
    static func of(_ request: LocalRequest) -> Result<HealthRoute, LocalResponse> {
        guard request.method == "GET" || request.method == "HEAD" else {
            let text = "only GET and HEAD\n"
            return .failure(LocalResponse(status: .methodNotAllowed, body: text, extra: [("Allow", "GET, HEAD")]))
        }
        guard request.path.first == "/", let route = HealthRoute(rawValue: String(request.path.dropFirst())) else {
            let known = allCases.map { "/\($0.rawValue)" }.joined(separator: " ")
            return .failure(LocalResponse(status: .notFound, body: "known: \(known)\n"))
        }
        return .success(route)
    }

    /// Asks `source`.
    func answer(_ source: any HealthSource) async -> LocalResponse {
        switch self {
        case .livez: LocalResponse(await source.livez())
        case .readyz: LocalResponse(await source.readyz())
        case .status: LocalResponse(status: .ok, type: "application/json", body: await source.status())
        case .metrics:
            LocalResponse(status: .ok, type: "text/plain; version=0.0.4; charset=utf-8", body: await source.metrics())
        }
    }
}
