import CCurl
import Glibc

/// A libcurl easy handle: one exchange at a time, used again for the next; options that never change are set once.
///
/// Thread: the transport's alone, its callbacks included (libcurl calls them inside `curl_multi_perform` and
/// `curl_multi_remove_handle`). Ownership: the loop owns the object for as long as its handle is in the multi handle; libcurl
/// holds an unretained pointer to it, so that it must be removed before it goes away.
@safe
final class EasyHandle {
    let handle: UnsafeMutableRawPointer
    /// The exchange under way; `nil` in the pool.
    var submission: Submission?
    /// Position among the loop's active handles, which the loop keeps.
    var activeIndex = 0

    /// Where the current exchange goes.
    var target: RequestTarget?
    var usesProxy = false
    /// How often libcurl was about to send the request: more than once when a reused connection died.
    var sendCount = 0
    /// Why a callback ended the exchange, which libcurl reports as a mere write error.
    var refusal: TransportError.Code?
    var head = ResponseHead()
    var body: [UInt8] = []
    var isReuseForbidden = false
    let errorText = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    let headers = HeaderList()
    var sentBody = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// What the handle is set to, so that only what differs is set again.
    var current = HandleSettings()

    init(caBundlePath: String?) throws(TransportError) {
        guard let handle = unsafe curl_easy_init() else {
            throw TransportError(.other, "libcurl has no memory for another handle", mayHaveBeenSent: false)
        }
        unsafe self.handle = handle
        setConstants(caBundlePath: caBundlePath)
        installCallbacks()
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe errorText.deallocate()
        unsafe sentBody.deallocate()
    }

    /// The object that owns a libcurl handle which came out of the multi handle.
    static func owner(of handle: UnsafeMutableRawPointer) -> EasyHandle? {
        guard let context = unsafe ccurl_get_private(handle) else { return nil }
        return unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
    }

    /// Whether the request, or a part of it, may have left.
    var mayHaveBeenSent: Bool { sendCount > 0 }

    /// libcurl's own words on the failure; empty when it had none.
    var libcurlMessage: String { unsafe errorText.baseAddress.map { unsafe String(cString: $0) } ?? "" }

    /// Back to the pool: nothing of the exchange stays but settings.
    func recycle() {
        submission = nil
        body = []
        head.reset()
        if isReuseForbidden { set(CURLOPT_FORBID_REUSE, 0) }
        isReuseForbidden = false
        unsafe ccurl_set_list(handle, CURLOPT_HTTPHEADER, nil)
        if unsafe sentBody.count > Self.keptBodyBytes {
            unsafe ccurl_set_pointer(handle, CURLOPT_POSTFIELDS, nil)
            unsafe sentBody.deallocate()
            unsafe sentBody = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }
    }

    /// Larger request bodies give their memory back.
    static let keptBodyBytes = 64 * 1024

    func set(_ option: CURLoption, _ value: Int) { unsafe ccurl_set_long(handle, option, value) }

    func set(_ option: CURLoption, _ value: String?) {
        guard let value else {
            unsafe ccurl_set_string(handle, option, nil)
            return
        }
        _ = unsafe value.withCString { unsafe ccurl_set_string(handle, option, $0) }
    }

    /// Everything that is the same for all exchanges.
    private func setConstants(caBundlePath: String?) {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_HTTP09_ALLOWED, 0)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_TCP_KEEPIDLE, 30)
        set(CURLOPT_TCP_KEEPINTVL, 10)
        // Every handle gets one; the default of 64 KiB is 5 MiB for five stages of 16 polls.
        set(CURLOPT_UPLOAD_BUFFERSIZE, 16 * 1024)
        // Without it, dropping an exchange that waits for a name joins the resolver's thread: a dead name server would stop
        // the heartbeats of all other exchanges for as long as it takes (asyn-thread.c, Curl_resolver_kill).
        set(CURLOPT_QUICK_EXIT, 1)

        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_PROXY_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // libcurl keeps the parsed bundle for all connections only if there is no CA directory beside it (openssl.c,
        // Curl_ssl_setup_x509_store); parsing the system's costs milliseconds and megabytes per connection.
        if let bundle = caBundlePath {
            set(CURLOPT_CAINFO, bundle)
            set(CURLOPT_CAPATH, nil)
            set(CURLOPT_PROXY_CAINFO, bundle)
            set(CURLOPT_PROXY_CAPATH, nil)
        }

        // An empty proxy and an empty exception list keep libcurl from reading the environment.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "")
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
    }
}
