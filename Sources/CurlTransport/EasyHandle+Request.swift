import CCurl
import Glibc

extension EasyHandle {
    /// Sets the handle up for `submission`, which it keeps.
    ///
    /// - Throws: `.invalidRequest` for what cannot be sent, `.deadline` when no time is left; nothing has been sent then.
    func prepare(_ submission: Submission, proxies: ProxyRules) throws(TransportError) {
        let request = submission.ticket.request
        sendCount = 0
        refusal = nil
        unsafe errorText[0] = 0
        try route(request, proxies: proxies)
        try setMethod(request)
        let list = unsafe try headers.build(request, sendsBody: current.method.sendsBody)
        unsafe ccurl_set_list(handle, CURLOPT_HTTPHEADER, list)
        let left = (submission.ticket.deadline - .now).wholeMilliseconds
        guard left > 0 else { throw deadlineError(request) }
        set(CURLOPT_TIMEOUT_MS, min(left, Int(Int32.max)))
        let connect = max(1, min(request.limits.connect.wholeMilliseconds, Int(Int32.max)))
        if connect != current.connectMilliseconds {
            current.connectMilliseconds = connect
            set(CURLOPT_CONNECTTIMEOUT_MS, connect)
        }
        self.submission = submission
    }

    /// The error of an exchange whose whole deadline has passed.
    func deadlineError(_ request: HTTPRequest) -> TransportError {
        let place = target?.origin ?? "the peer"
        let text = "timed out after \(request.limits.whole) waiting for the answer of \(place) to \(request.method)"
        return TransportError(.deadline, text, mayHaveBeenSent: mayHaveBeenSent)
    }

    private func route(_ request: HTTPRequest, proxies: ProxyRules) throws(TransportError) {
        if current.url != request.url {
            target = nil
            current.url = nil
            target = try RequestTarget(request.url)
            set(CURLOPT_URL, request.url)
            current.url = request.url
        }
        var proxy = ""
        var unixSocket: String?
        switch request.route {
        case .automatic: proxy = target.flatMap { proxies.proxy(for: $0) } ?? ""
        case .direct: break
        case .unixSocket(let path):
            guard !path.isEmpty, path.utf8.count < 108, !path.utf8.contains(0) else {
                throw TransportError(
                    .invalidRequest,
                    "the path of a Unix socket has 1 to 107 bytes",
                    mayHaveBeenSent: false
                )
            }
            unixSocket = path
        }
        usesProxy = !proxy.isEmpty
        if proxy != current.proxy {
            current.proxy = proxy
            set(CURLOPT_PROXY, proxy)
        }
        if unixSocket != current.unixSocket {
            current.unixSocket = unixSocket
            set(CURLOPT_UNIX_SOCKET_PATH, unixSocket)
        }
    }

    private func setMethod(_ request: HTTPRequest) throws(TransportError) {
        let method = HandleSettings.Method(request.method, hasBody: !request.body.isEmpty)
        guard !request.method.isEmpty, request.method.utf8.allSatisfy({ UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }),
            method != .head || request.body.isEmpty
        else {
            throw TransportError(
                .invalidRequest,
                "the method is not an upper-case word, or is HEAD with a body",
                mayHaveBeenSent: false
            )
        }
        if method.sendsBody { setBody(request.body) }
        guard method != current.method else { return }
        current.method = method
        // Each of these three undoes the others (setopt.c).
        switch method {
        case .get, .custom: set(CURLOPT_HTTPGET, 1)
        case .head: set(CURLOPT_NOBODY, 1)
        case .upload: set(CURLOPT_POST, 1)
        }
        set(CURLOPT_CUSTOMREQUEST, method.word)
    }

    /// Copies the body to memory of the handle's own, since libcurl reads it later, and reads it again when it sends again.
    private func setBody(_ body: [UInt8]) {
        if unsafe body.count > sentBody.count || sentBody.baseAddress == nil {
            unsafe sentBody.deallocate()
            unsafe sentBody = .allocate(byteCount: max(2048, body.count), alignment: 1)
        }
        unsafe body.withUnsafeBytes { unsafe sentBody.copyMemory(from: $0) }
        unsafe ccurl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        unsafe ccurl_set_pointer(handle, CURLOPT_POSTFIELDS, sentBody.baseAddress)
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, so that a wait of this length never ends early; huge spans are cut.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < 1 << 40 else { return Int(1) << 50 }
        return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
