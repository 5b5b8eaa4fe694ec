import CCurl

extension EasyHandle {
    /// Hands libcurl the functions below, each with an unretained pointer to this object.
    func installCallbacks() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ccurl_set_pointer(handle, CURLOPT_PRIVATE, context)
        unsafe ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText.baseAddress)
        unsafe ccurl_set_receiver(handle, CURLOPT_HEADERFUNCTION, receiveHeaderLine)
        unsafe ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        unsafe ccurl_set_receiver(handle, CURLOPT_WRITEFUNCTION, receiveBody)
        unsafe ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        unsafe ccurl_set_before_send(handle, beforeSend)
        unsafe ccurl_set_pointer(handle, CURLOPT_PREREQDATA, context)
    }

    /// The connection stands and the request is about to be written.
    ///
    /// The second time, a reused connection has died: the peer may have acted on what the first sent, so only a safe method
    /// goes on.
    fileprivate func admitSend() -> Bool {
        sendCount += 1
        guard sendCount > 1, let method = submission?.ticket.request.method else { return true }
        return method == "GET" || method == "HEAD"
    }

    fileprivate func accept(headerLine line: UnsafeRawBufferPointer) -> Bool {
        unsafe head.append(line: line)
        guard let limits = submission?.ticket.request.limits, head.totalBytes <= limits.headBytes else {
            refusal = .headTooLarge
            return false
        }
        if head.isComplete, !isReuseForbidden, Self.isPoisoning(head.status) {
            // The host behind this connection may be the one that is ill. libcurl looks at the option when the transfer ends.
            isReuseForbidden = true
            set(CURLOPT_FORBID_REUSE, 1)
        }
        return true
    }

    fileprivate func accept(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard let limits = submission?.ticket.request.limits else { return false }
        var expected = bytes.count
        if body.isEmpty {
            expected = max(expected, unsafe Int(ccurl_get_offset(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)))
        }
        guard expected <= limits.bodyBytes, bytes.count <= limits.bodyBytes - body.count else {
            refusal = .bodyTooLarge
            return false
        }
        if body.isEmpty { body.reserveCapacity(expected) }
        unsafe body.append(contentsOf: bytes)
        return true
    }

    /// Whether the retry rules call this status transient, or it is none at all.
    private static func isPoisoning(_ status: Int) -> Bool {
        switch status {
        case 500, 502, 503, 504, 600...: true
        default: false
        }
    }
}

/// `CURLOPT_HEADERFUNCTION`: one complete line of a head or of trailers.
///
/// Thread: the transport's, inside `curl_multi_perform`. Lifetime: `bytes` for the call alone; `context` is the `EasyHandle`,
/// unretained, which outlives its handle. A return other than the length ends the transfer with `CURLE_WRITE_ERROR`.
private func receiveHeaderLine(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let easy = unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe easy.accept(headerLine: line) ? size * count : 0
}

/// `CURLOPT_WRITEFUNCTION`: bytes of the body, transfer coding removed.
///
/// Thread, lifetime and ownership as for `receiveHeaderLine`.
private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let easy = unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
    let part = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe easy.accept(body: part) ? size * count : 0
}

/// `CURLOPT_PREREQFUNCTION`: name resolution, connection, proxy and TLS are done, nothing of the request is sent.
///
/// Thread: the transport's, inside `curl_multi_perform`. Lifetime: `context` as above; the addresses are not used.
private func beforeSend(
    _ context: UnsafeMutableRawPointer?,
    _ peer: UnsafeMutablePointer<CChar>?,
    _ local: UnsafeMutablePointer<CChar>?,
    _ peerPort: Int32,
    _ localPort: Int32
) -> Int32 {
    guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
    let easy = unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
    return easy.admitSend() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
