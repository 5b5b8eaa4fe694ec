package import CurlTransport

/// What a signature covers: one request as it will be on the wire.
package struct SignableRequest: Sendable {
    /// Request method, upper case.
    package var method: String
    /// Value of `Host`: without the scheme's default port.
    package var host: String
    /// Path as sent, percent-encoded; empty stands for `/`.
    package var path: String
    /// Query as sent, percent-encoded, without `?`.
    package var query: String
    /// Header fields that are sent, without `Host`.
    package var headers: [HTTPField]
    /// Body bytes.
    package var body: [UInt8]

    /// A request of these parts.
    package init(
        method: String,
        host: String,
        path: String,
        query: String = "",
        headers: [HTTPField] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}
