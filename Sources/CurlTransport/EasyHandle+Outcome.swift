import CCurl
import Glibc

extension EasyHandle {
    /// What the ended transfer comes to. Moves the body out.
    func outcome(_ result: CURLcode) -> Result<HTTPResponse, TransportError> {
        guard result == CURLE_OK else { return .failure(error(for: result)) }
        guard head.isComplete, head.status <= 599 else {
            // libcurl takes a head that ends early, and 101, for a complete response.
            let isCut = head.status < 101 || (200...599 ~= head.status)
            return .failure(
                isCut
                    ? fail(.truncated, "the head of the answer ends early")
                    : fail(.notHTTP, "it answered with status \(head.status)")
            )
        }
        let response = HTTPResponse(status: head.status, headers: head.fields(), body: body)
        return .success(response)
    }

    /// An error for this exchange, its message led by method and place.
    func fail(_ code: TransportError.Code, _ what: String) -> TransportError {
        let method = submission?.ticket.request.method ?? "exchange"
        let place = (socketPath ?? target?.origin).map { " \($0)" } ?? ""
        return TransportError(code, "\(method)\(place): \(what)", mayHaveBeenSent: mayHaveBeenSent)
    }

    /// The typed error of a libcurl result (https://curl.se/libcurl/c/libcurl-errors.html; measured on 7.88.1).
    private func error(for result: CURLcode) -> TransportError {
        switch result {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            return fail(.notHTTP, "what arrived is not HTTP/1.1")
        case CURLE_URL_MALFORMAT:
            return fail(.invalidRequest, "libcurl cannot read the URL")
        case CURLE_COULDNT_RESOLVE_PROXY:
            // libcurl's own words may quote the proxy's URL, password included.
            return fail(.nameNotResolved, "the proxy's host name has no address, or its URL cannot be read")
        case CURLE_COULDNT_RESOLVE_HOST:
            return fail(.nameNotResolved, "the host name has no address")
        case CURLE_COULDNT_CONNECT:
            return usesProxy ? fail(.proxy, "no connection to the proxy") : connectError()
        case CURLE_PROXY:
            return fail(.proxy, "the proxy failed\(detail)")
        case CURLE_PARTIAL_FILE:
            return fail(.truncated, "the answer ends before its declared length")
        case CURLE_GOT_NOTHING where head.totalBytes > 0:
            return fail(.truncated, "the answer ends after an informational head")
        case CURLE_GOT_NOTHING, CURLE_ABORTED_BY_CALLBACK:
            return fail(.closedWithoutAnswer, "it closed the connection without a byte of answer")
        case CURLE_WRITE_ERROR:
            return refusalError()
        case CURLE_OUT_OF_MEMORY where mayHaveBeenSent && !head.isComplete:
            // libcurl's way of saying that one header line is over 100 KB (measured).
            return fail(.headTooLarge, "a header line is over libcurl's 100 KB")
        case CURLE_OPERATION_TIMEDOUT:
            return timeoutError()
        case CURLE_SSL_CONNECT_ERROR:
            return handshakeError()
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR:
            return connectionError()
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
            return fail(.tls, "the certificate check or the TLS handshake failed\(detail)")
        default:
            return fail(.other, "libcurl result \(result.rawValue)\(detail)")
        }
    }

    /// libcurl names the host and port of the URL, also where it went to a Unix socket.
    private func connectError() -> TransportError {
        fail(.connectionRefused, socketPath == nil ? "cannot connect\(detail)" : "nobody listens there")
    }

    /// The Unix socket that the exchange goes to.
    private var socketPath: String? {
        guard case .unixSocket(let path)? = submission?.ticket.request.route else { return nil }
        return path
    }

    private func refusalError() -> TransportError {
        let limits = submission?.ticket.request.limits ?? ExchangeLimits()
        switch refusal {
        case .headTooLarge?: return fail(.headTooLarge, "the head of the answer is over \(limits.headBytes) bytes")
        case .bodyTooLarge?: return fail(.bodyTooLarge, "the body of the answer is over \(limits.bodyBytes) bytes")
        default: return fail(.other, "libcurl result \(CURLE_WRITE_ERROR.rawValue)")
        }
    }

    private func timeoutError() -> TransportError {
        guard let ticket = submission?.ticket else { return fail(.deadline, "timed out") }
        guard !mayHaveBeenSent, ticket.deadline > .now else { return deadlineError(ticket.request) }
        return fail(.connectTimeout, "timed out after \(ticket.request.limits.connect) waiting for a connection")
    }

    /// A handshake that the network cut is not the certificate's fault, and may succeed later.
    private func handshakeError() -> TransportError {
        let text = libcurlMessage
        let isCut = ["SYSCALL", "Connection reset", "Broken pipe", "unexpected eof"].contains { text.contains($0) }
        guard isCut else { return fail(.tls, "the TLS handshake failed\(detail)") }
        return fail(usesProxy ? .proxy : .reset, "the connection ended within the TLS handshake")
    }

    private func connectionError() -> TransportError {
        let text = libcurlMessage
        if usesProxy && !mayHaveBeenSent { return fail(.proxy, "the proxy refused or failed\(detail)") }
        // libcurl 7.88.1 reports malformed chunks as a receive error, and TLS without a farewell likewise.
        if text.contains("chunked-encoding") { return fail(.notHTTP, "the chunks of the answer are malformed") }
        if text.contains("unexpected eof") || text.contains("close notify") {
            return head.totalBytes > 0
                ? fail(.truncated, "the answer ends early")
                : fail(.closedWithoutAnswer, "it closed the connection without a byte of answer")
        }
        return fail(.reset, "the connection was reset")
    }

    private var detail: String {
        let text = libcurlMessage
        return text.isEmpty ? "" : " (\(text))"
    }
}
