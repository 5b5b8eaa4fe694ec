/// The health socket: `GET` and `HEAD` of `/livez`, `/readyz`, `/status` and `/metrics`.
package struct HealthService: LocalService {
    private let source: any HealthSource

    /// A service that asks `source`.
    package init(_ source: any HealthSource) { self.source = source }

    package func answer(_ request: LocalRequest) async -> LocalResponse {
        switch HealthRoute.of(request) {
        case .failure(let refusal): refusal
        case .success(let route): await route.answer(source)
        }
    }
}
