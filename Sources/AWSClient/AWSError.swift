/// Why a call to an AWS service failed, after the client's own retries.
package struct AWSError: Error, Sendable, CustomStringConvertible {
    /// The service's error code as it stands in the answer (`ThrottlingException`, `NoSuchKey`), or one of the client's own below.
    package struct Code: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
        package let rawValue: String

        /// A code of this name.
        package init(rawValue: String) { self.rawValue = rawValue }
        /// A code of this name.
        package init(stringLiteral value: String) { self.rawValue = value }

        /// No credential source had credentials.
        package static let credentialsUnavailable: Code = "builderd.CredentialsUnavailable"
        /// No region is configured, or the endpoint for it cannot be resolved.
        package static let endpointUnresolved: Code = "builderd.EndpointUnresolved"
        /// The exchange failed below HTTP; `underlying` has the transport's error.
        package static let transport: Code = "builderd.Transport"
        /// The answer was complete HTTP but not what the protocol says (HTML, empty, not JSON, missing members).
        package static let malformedAnswer: Code = "builderd.MalformedAnswer"
        /// The calling task was cancelled.
        package static let cancelled: Code = "builderd.Cancelled"
    }

    /// How a caller may treat the error, decided once when the answer is read.
    package enum Kind: Sendable, Hashable {
        /// The service asks to slow down.
        case throttling
        /// Network, 5xx, truncated or malformed answer: the same call may succeed later.
        case transient
        /// Credentials or permission: a person must act.
        case accessDenied
        /// The thing named does not exist.
        case notFound
        /// Any other refusal: the same call will fail again.
        case rejected
        /// The calling task was cancelled.
        case cancelled
    }

    /// Error code.
    package let code: Code
    /// How to treat it.
    package let kind: Kind
    /// The service's message, or the client's own sentence. May quote request content: redact before it leaves the host.
    package let message: String
    /// `service.Operation`, for example `states.GetActivityTask`.
    package let operation: String
    /// HTTP status, if there was an answer.
    package let status: Int?
    /// The service's request id, if it sent one.
    package let requestID: String?
    /// Whether an attempt of this call may have been acted upon although it failed.
    package let mayHaveActed: Bool
    /// Attempts made.
    package let attempts: Int
    /// The error underneath, if any.
    package let underlying: (any Error)?

    /// An error of these parts.
    package init(
        code: Code,
        kind: Kind,
        message: String,
        operation: String,
        status: Int? = nil,
        requestID: String? = nil,
        mayHaveActed: Bool = false,
        attempts: Int = 1,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.kind = kind
        self.message = message
        self.operation = operation
        self.status = status
        self.requestID = requestID
        self.mayHaveActed = mayHaveActed
        self.attempts = attempts
        self.underlying = underlying
    }

    /// Whether the same call may succeed later without a change.
    package var isRetryable: Bool { kind == .throttling || kind == .transient }

    /// `operation: code: message (request id …)`.
    package var description: String {
        "\(operation): \(code.rawValue): \(message)" + (requestID.map { " (request id \($0))" } ?? "")
    }
}
