/// Why an exchange brought no complete response.
package struct TransportError: Error, Sendable, CustomStringConvertible {
    /// What went wrong; an open set so that a later libcurl may add to it.
    package struct Code: RawRepresentable, Sendable, Hashable {
        package let rawValue: String

        /// A code of this stable name.
        package init(rawValue: String) { self.rawValue = rawValue }

        /// The URL cannot be sent: malformed, or a scheme other than http and https.
        package static let invalidRequest = Code(rawValue: "invalid-request")
        /// The host name has no address, or the proxy's has none.
        package static let nameNotResolved = Code(rawValue: "name-not-resolved")
        /// The peer refused the connection or is unreachable.
        package static let connectionRefused = Code(rawValue: "connection-refused")
        /// No connection within `ExchangeLimits.connect`.
        package static let connectTimeout = Code(rawValue: "connect-timeout")
        /// No complete response within `ExchangeLimits.whole`.
        package static let deadline = Code(rawValue: "deadline")
        /// TLS handshake or certificate check failed.
        package static let tls = Code(rawValue: "tls")
        /// The peer reset the connection.
        package static let reset = Code(rawValue: "reset")
        /// The peer closed without a byte of answer, or without a whole line of it.
        package static let closedWithoutAnswer = Code(rawValue: "closed-without-answer")
        /// The answer ended before its declared length.
        package static let truncated = Code(rawValue: "truncated")
        /// What arrived is not HTTP.
        package static let notHTTP = Code(rawValue: "not-http")
        /// The response head is larger than `ExchangeLimits.headBytes`.
        package static let headTooLarge = Code(rawValue: "head-too-large")
        /// The response body is larger than `ExchangeLimits.bodyBytes`.
        package static let bodyTooLarge = Code(rawValue: "body-too-large")
        /// The proxy refused or failed.
        package static let proxy = Code(rawValue: "proxy")
        /// The calling task was cancelled.
        package static let cancelled = Code(rawValue: "cancelled")
        /// The transport has been shut down.
        package static let shutDown = Code(rawValue: "shut-down")
        /// Any other libcurl result; its number is in the message.
        package static let other = Code(rawValue: "other")
    }

    /// What went wrong.
    package let code: Code
    /// One sentence for a person: what was tried (scheme, host and port; never a query) and what happened.
    package let message: String
    /// Whether the request may have reached the peer: it may have acted on it.
    package let mayHaveBeenSent: Bool

    /// An error of this code.
    package init(_ code: Code, _ message: String, mayHaveBeenSent: Bool) {
        self.code = code
        self.message = message
        self.mayHaveBeenSent = mayHaveBeenSent
    }

    /// `code: message`.
    package var description: String { "\(code.rawValue): \(message)" }

    /// Whether a new attempt on a fresh connection may succeed where this one failed.
    package var isTransient: Bool {
        switch code {
        case .nameNotResolved, .connectionRefused, .connectTimeout, .deadline, .reset, .closedWithoutAnswer, .truncated,
            .notHTTP, .proxy, .other:
            true
        default:
            false
        }
    }
}
