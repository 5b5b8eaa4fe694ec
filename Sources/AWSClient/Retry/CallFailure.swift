import CurlTransport

/// How an attempt failed.
enum CallFailure: Sendable {
    /// No complete response.
    case transport(TransportError)
    /// A response with status 2xx that is not what the protocol says.
    case malformed(AnswerProblem, HTTPResponse)
    /// A response with any other status.
    case refused(HTTPResponse)
}
