import AWSClient
import CurlTransport
import Observability

/// Counts every exchange by the service it was signed for and its outcome: a status, or the transport's code.
struct MeteredTransport: HTTPExchanging {
    private let transport: CurlTransport
    private let metrics: DaemonMetrics

    /// `transport`, counted into `metrics`.
    init(_ transport: CurlTransport, metrics: DaemonMetrics) {
        self.transport = transport
        self.metrics = metrics
    }

    func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let service = Self.service(of: request)
        do throws(TransportError) {
            let response = try await transport.exchange(request)
            metrics.awsCall(service: service, outcome: String(response.status))
            return response
        } catch {
            metrics.awsCall(service: service, outcome: error.code.rawValue)
            throw error
        }
    }

    /// The fourth part of the signature's scope, `AKID/date/region/service/aws4_request`; `unsigned` without a signature (instance
    /// metadata, smoke tests).
    static func service(of request: HTTPRequest) -> String {
        guard let field = request.headers.first(where: { $0.name.equalsIgnoringASCIICase("authorization") }) else {
            return "unsigned"
        }
        let scope = field.value.prefix { $0 != "," }.split(separator: "/", omittingEmptySubsequences: false)
        return scope.count >= 5 ? String(scope[scope.count - 2]) : "unsigned"
    }
}
