import CurlTransport
import Synchronization

@testable import AWSClient

/// A transport that answers by a rule and remembers what it was asked.
final class ScriptedExchange: HTTPExchanging {
    /// What comes back.
    enum Answer: Sendable {
        case response(HTTPResponse)
        case fail(TransportError.Code)

        /// 200 with this text.
        static func text(_ text: String) -> Answer { .response(HTTPResponse(status: 200, body: Array(text.utf8))) }
        /// This status without a body.
        static func status(_ status: Int) -> Answer { .response(HTTPResponse(status: status)) }
    }

    private let rule: @Sendable (HTTPRequest) -> Answer
    private let asked = Mutex<[HTTPRequest]>([])

    /// Answers every request by `rule`.
    init(_ rule: @escaping @Sendable (HTTPRequest) -> Answer) { self.rule = rule }

    /// What it was asked, in order.
    var requests: [HTTPRequest] { asked.withLock { $0 } }

    func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        asked.withLock { $0.append(request) }
        switch rule(request) {
        case .response(let response): return response
        case .fail(let code): throw TransportError(code, "scripted", mayHaveBeenSent: false)
        }
    }
}

extension HTTPRequest {
    /// The first value of a header field.
    func header(_ name: String) -> String? { headers.first { $0.name.equalsIgnoringASCIICase(name) }?.value }
}
