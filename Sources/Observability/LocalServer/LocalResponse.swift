import NIOCore
import NIOHTTP1

/// One whole answer; the connection is closed after it.
package struct LocalResponse: Error, Sendable {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders
    var body: String

    init(
        status: HTTPResponseStatus,
        type: String = "text/plain; charset=utf-8",
        body: String,
        extra: [(String, String)] = []
    ) {
        self.status = status
        self.body = body
        headers = HTTPHeaders(
            [
                ("Content-Type", type), ("Content-Length", String(body.utf8.count)), ("Cache-Control", "no-store"),
                ("Connection", "close"),
            ] + extra
        )
    }

    /// An answer of this status and text.
    ///
    /// - Parameters:
    ///   - code: the HTTP status.
    ///   - type: the content type, for example `application/json`.
    package init(code: Int, type: String, body: String) {
        self.init(status: HTTPResponseStatus(statusCode: code), type: type, body: body)
    }

    init(_ answer: HealthAnswer) {
        self.init(status: answer.isHealthy ? .ok : .serviceUnavailable, body: answer.text)
    }

    /// The HTTP status.
    package var code: Int { Int(status.code) }
    /// The body.
    package var text: String { body }
}
