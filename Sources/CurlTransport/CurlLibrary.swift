import CCurl

/// libcurl as a whole.
enum CurlLibrary {
    /// Whether `curl_global_init` succeeded; it runs once, at the first use, and is safe beside other threads
    /// (libcurl 7.84 and later, feature `threadsafe`).
    static let isInitialised = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// The PEM file of certificate authorities that this libcurl was built to trust, for example Debian's
    /// `/etc/ssl/certs/ca-certificates.crt`; `nil` when it names none.
    static let systemCABundlePath: String? = {
        guard let path = unsafe ccurl_system_ca_bundle() else { return nil }
        return unsafe String(cString: path)
    }()
}
