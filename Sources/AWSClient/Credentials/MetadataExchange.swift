import CurlTransport

/// One exchange with a metadata address: directly, whatever proxies there are, within a second.
enum MetadataExchange {
    /// Bounds on one exchange.
    static let limits = ExchangeLimits(
        connect: .seconds(1),
        whole: .seconds(2),
        headBytes: 16 * 1024,
        bodyBytes: 64 * 1024
    )

    /// Pause before attempt `attempt` (2 and later), before jitter: 100 ms, 200 ms, 400 ms.
    static func pause(before attempt: Int, random: Double) -> Duration {
        .milliseconds(Int(Double(50 << min(attempt - 1, 3)) * (0.5 + random / 2)))
    }

    /// A request for `url`.
    static func request(_ method: String, _ url: String, _ headers: [HTTPField]) -> HTTPRequest {
        HTTPRequest(method: method, url: url, headers: headers, limits: limits, route: .direct)
    }

    /// Sends `request`; a value instead of an error, so that callers can mix refusals of their own in.
    static func send(
        _ request: HTTPRequest,
        _ transport: any HTTPExchanging
    ) async -> Result<HTTPResponse, TransportError> {
        do {
            return .success(try await transport.exchange(request))
        } catch {
            return .failure(error)
        }
    }

    /// How a transport's failure is to be treated: a place where nobody listens needs a person.
    static func kind(of error: TransportError) -> AWSError.Kind {
        switch error.code {
        case .cancelled: .cancelled
        case .connectionRefused, .connectTimeout, .nameNotResolved, .invalidRequest, .tls: .accessDenied
        default: .transient
        }
    }
}
