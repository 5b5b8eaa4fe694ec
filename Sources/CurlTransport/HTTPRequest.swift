/// One HTTP/1.1 request, exactly as it is to go on the wire.
///
/// The transport adds nothing to the header fields but `Host`, `Content-Length` and `Connection`; it follows no
/// redirect and decodes no content coding, so a signed request arrives as it was signed.
package struct HTTPRequest: Sendable {
    /// Request method, upper case: `GET`, `HEAD`, `POST`, `PUT`, `DELETE`.
    package var method: String
    /// Absolute `http` or `https` URL, already percent-encoded; its path is sent as it stands, without normalisation.
    package var url: String
    /// Header fields in sending order. Names are compared without case. `Host` and `Content-Length` belong to the transport.
    package var headers: [HTTPField]
    /// Body bytes; empty sends no body for `GET`, `HEAD` and `DELETE`, and `Content-Length: 0` for `POST` and `PUT`.
    package var body: [UInt8]
    /// Bounds on time and size of this one exchange.
    package var limits: ExchangeLimits
    /// How the connection is made.
    package var route: Route

    /// Where the bytes go.
    package enum Route: Sendable, Hashable {
        /// By the proxy that the environment names for this URL (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`), else directly.
        /// Loopback and link-local metadata addresses never go through a proxy.
        case automatic
        /// Directly, whatever the environment says. For metadata and container credential addresses.
        case direct
        /// Through the Unix socket at this path; the URL's host is sent as `Host` only.
        case unixSocket(String)
    }

    /// A request with default limits.
    package init(
        method: String,
        url: String,
        headers: [HTTPField] = [],
        body: [UInt8] = [],
        limits: ExchangeLimits = ExchangeLimits(),
        route: Route = .automatic
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.limits = limits
        self.route = route
    }
}

/// One header field.
package struct HTTPField: Sendable, Hashable {
    /// Field name as sent or received; compare it without case.
    package var name: String
    /// Field value without surrounding white space.
    package var value: String

    /// A field of this name and value.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Bounds on one exchange.
package struct ExchangeLimits: Sendable, Hashable {
    /// From name look-up to the end of the TLS handshake. Default 3 s.
    package var connect: Duration
    /// From the call of `exchange` to the last byte of the answer, queueing included. Default 30 s.
    package var whole: Duration
    /// Largest response head (status line and fields). Default 64 KiB.
    package var headBytes: Int
    /// Largest response body. Default 8 MiB.
    package var bodyBytes: Int

    /// Limits with the defaults above.
    package init(
        connect: Duration = .seconds(3),
        whole: Duration = .seconds(30),
        headBytes: Int = 64 * 1024,
        bodyBytes: Int = 8 * 1024 * 1024
    ) {
        self.connect = connect
        self.whole = whole
        self.headBytes = headBytes
        self.bodyBytes = bodyBytes
    }
}
