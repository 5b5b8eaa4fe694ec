/// SHA-256 (FIPS 180-4) by OpenSSL, whole or piece by piece.
///
/// As a value it is a stream: `update` as often as needed, then `finish` once.
package struct SHA256: ~Copyable {
    private let context: DigestContext

    /// A stream with nothing in it yet.
    package init() { context = DigestContext.started() }

    deinit { context.release() }

    /// Adds bytes.
    package func update(_ bytes: [UInt8]) { context.update(bytes.span) }

    /// Adds bytes.
    package func update(_ bytes: Span<UInt8>) { context.update(bytes) }

    /// The digest of everything added.
    package consuming func finish() -> Digest { context.finish() }

    /// The digest of a whole message.
    package static func digest(_ bytes: [UInt8]) -> Digest { digest(bytes.span) }

    /// The digest of a whole message.
    package static func digest(_ bytes: Span<UInt8>) -> Digest {
        let context = DigestContext.started()
        defer { context.release() }
        context.update(bytes)
        return context.finish()
    }

    /// The digest of a text's UTF-8 bytes.
    package static func digest(_ text: String) -> Digest { digest(Array(text.utf8)) }
}
