import CCurl

extension CurlTransport {
    /// The libcurl that is loaded and what it was built with, for example `libcurl/7.88.1 OpenSSL/3.0.17 zlib/1.2.13 …`.
    package static var libraryVersion: String { unsafe String(cString: curl_version()) }
}
