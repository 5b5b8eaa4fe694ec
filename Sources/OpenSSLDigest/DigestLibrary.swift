import COpenSSL

/// Whether the OpenSSL that is loaded can do this module's work.
///
/// Asked once at the start: an `openssl.cnf` may leave a process without any provider of SHA-256, and everything after that relies on
/// having it without asking again.
package enum DigestLibrary {
    /// What SHA-256 or HMAC-SHA-256 fails by here, in OpenSSL's own words where it has any; `nil` when both work.
    package static func obstacle() -> String? {
        ERR_clear_error()
        guard let digest = unsafe EVP_MD_fetch(nil, "SHA256", nil) else { return missing("SHA-256") }
        unsafe EVP_MD_free(digest)
        guard let mac = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else { return missing("HMAC") }
        unsafe EVP_MAC_free(mac)
        // A provider may be there and refuse to work, as a FIPS module does whose self-test failed.
        var code = [UInt8](repeating: 0, count: 32)
        var length = 0
        let key: [UInt8] = Array("builderd".utf8)
        let worked =
            unsafe EVP_Q_digest(nil, "SHA256", nil, key, key.count, &code, &length) == 1
            && EVP_Q_mac(nil, "HMAC", nil, "SHA256", nil, key, key.count, key, key.count, &code, code.count, &length)
                != nil
        return worked ? nil : failure("\(libraryVersion) cannot compute HMAC-SHA-256")
    }

    private static func missing(_ algorithm: String) -> String {
        failure("\(libraryVersion) has no provider of \(algorithm)")
    }

    /// `text`, and what OpenSSL says of its first error.
    private static func failure(_ text: String) -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return text }
        var buffer = [CChar](repeating: 0, count: 256)
        unsafe ERR_error_string_n(code, &buffer, buffer.count)
        return text + " (" + String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            + ")"
    }
}
