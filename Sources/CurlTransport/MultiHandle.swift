import CCurl

/// A libcurl multi handle: connection pool, DNS cache and the transfers under way.
///
/// Thread: everything but `wake()` belongs to the transport's thread; `wake()` may be called from any thread until `close()`,
/// which the loop's lock sees to (https://curl.se/libcurl/c/curl_multi_wakeup.html). That is why `@unchecked Sendable` is right.
@safe
final class MultiHandle: @unchecked Sendable {
    private let handle: UnsafeMutableRawPointer
    private var isClosed = false

    /// - Parameter maximumConnections: connections kept, those in use included; the oldest idle one is closed beyond it.
    init(maximumConnections: Int) throws(TransportError) {
        guard CurlLibrary.isInitialised, let handle = unsafe curl_multi_init() else {
            throw TransportError(.other, "libcurl cannot be initialised", mayHaveBeenSent: false)
        }
        unsafe self.handle = handle
        unsafe ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, maximumConnections)
        // No multiplexing: HTTP/1.1 only, and a request must not wait on another's connection.
        unsafe ccurl_multi_set_long(handle, CURLMOPT_PIPELINING, 0)
    }

    deinit { close() }

    /// Starts `easy`; it must stay alive until `remove`.
    func add(_ easy: EasyHandle) -> CURLMcode { unsafe curl_multi_add_handle(handle, easy.handle) }

    /// Takes `easy` out; a transfer that has not ended is dropped with its connection.
    func remove(_ easy: EasyHandle) { unsafe curl_multi_remove_handle(handle, easy.handle) }

    /// Does all work that needs no waiting.
    func perform() -> CURLMcode {
        var running: Int32 = 0
        return unsafe curl_multi_perform(handle, &running)
    }

    /// The next transfer that has ended.
    func nextDone() -> (easy: EasyHandle, result: CURLcode)? {
        var result = CURLE_OK
        guard let done = unsafe ccurl_multi_next_done(handle, &result), let easy = unsafe EasyHandle.owner(of: done)
        else {
            return nil
        }
        return (easy, result)
    }

    /// Sleeps until a socket is ready, a timer of libcurl's is due, `wake()` is called, or `milliseconds` have passed.
    func poll(milliseconds: Int32) -> CURLMcode { unsafe curl_multi_poll(handle, nil, 0, milliseconds, nil) }

    /// Ends the current or the next `poll` at once.
    func wake() { unsafe curl_multi_wakeup(handle) }

    /// Closes all connections. Every easy handle has been removed.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        unsafe curl_multi_cleanup(handle)
    }
}
