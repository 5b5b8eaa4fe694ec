import CurlTransport

@testable import AWSClient

/// The real transport.
struct RealExchange: HTTPExchanging {
    private let transport: CurlTransport

    /// A transport with these proxy variables.
    init(proxies: [String: String] = [:]) throws {
        transport = try CurlTransport(configuration: CurlTransport.Configuration(proxyEnvironment: proxies))
    }

    func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        try await transport.exchange(request)
    }
}
