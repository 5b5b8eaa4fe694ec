package import CurlTransport

/// What the AWS client needs of an HTTP transport: one exchange, or a typed reason why there was none.
package protocol HTTPExchanging: Sendable {
    /// Sends `request` and returns the complete response, whatever its status.
    func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse
}

extension CurlTransport: HTTPExchanging {}
