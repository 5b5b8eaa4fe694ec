extension Release {
    /// The execution's name: `<app>-<env>-<digest>`, at most 73 of the 80 characters that Step Functions takes.
    ///
    /// The digest is the first 24 hexadecimal digits of SHA-256 over `document.canonicalText`, build included: a repeated
    /// notification has the same name and starts nothing twice.
    ///
    /// - Parameter sha256: the digest of bytes (32 bytes); it comes in because this module knows no OpenSSL.
    package func executionName(sha256: ([UInt8]) throws -> [UInt8]) rethrows -> String {
        let digest = try sha256(Array(document.canonicalText.utf8))
        return "\(applicationId)-\(environment)-\(hex(digest.prefix(12)))"
    }
}
