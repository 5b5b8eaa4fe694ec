import Synchronization

/// HTTP/1.1 over libcurl: one thread of its own drives all exchanges, callers wait without holding a thread.
///
/// Connections are kept and reused, except after an error or a 500, 502, 503 or 504, whose host may be the reason. Certificates
/// are checked, TLS is 1.2 or later, no redirect is followed, nothing is decoded, no cookie, `.netrc` or environment is read.
package final class CurlTransport: Sendable {
    private let loop: TransportLoop

    /// Starts the transport's thread. Nothing is connected yet.
    ///
    /// - Throws: `.tls` when `configuration.caBundlePath` cannot be read, `.other` when libcurl or the thread cannot start.
    package init(configuration: Configuration = Configuration()) throws(TransportError) {
        loop = try TransportLoop(configuration: configuration)
        try loop.start()
    }

    deinit {
        // No exchange can be in flight: each holds the transport until it returns.
        loop.stop()
    }

    /// Sends `request` and returns the complete response, whatever its status.
    ///
    /// A request whose reused connection dies before a byte of answer arrives fails with `.closedWithoutAnswer` or `.reset`;
    /// only `GET` and `HEAD` are sent again on a new connection without the caller's knowledge (RFC 9110 §9.2.2).
    ///
    /// - Throws: a `TransportError`; `.cancelled` soon after the calling task is cancelled, `.shutDown` after `shutdown()`.
    package func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let ticket = ExchangeTicket(request)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.submit(Submission(ticket: ticket, continuation: continuation))
            }
        } onCancel: {
            ticket.isCancelled.store(true, ordering: .releasing)
            loop.noticeCancellation()
        }
        return try outcome.get()
    }

    /// Ends every exchange in flight with `.shutDown`, closes all connections and ends the thread; returns when that is done.
    ///
    /// Later exchanges fail with `.shutDown`. May be called more than once.
    package func shutdown() async {
        await loop.shutdown()
    }
}
