/// Redacts records that were logged before a secret of theirs was known.
///
/// What is logged is redacted where it comes from. A record that has waited while secrets were added passes this too.
package protocol LateRedaction: Sendable {
    /// Grows whenever secrets are added.
    var generation: Int { get }

    /// `bytes` without the secrets that are known now.
    func redact(_ bytes: [UInt8]) -> [UInt8]
}

extension LateRedaction {
    func redact(_ content: LogRecord.Content) -> LogRecord.Content {
        switch content {
        case .entry(let fields): .entry(fields.map { JournalField($0.name, bytes: redact($0.value)) })
        case .line(let text): .line(String(decoding: redact(Array(text.utf8)), as: UTF8.self))
        }
    }
}
