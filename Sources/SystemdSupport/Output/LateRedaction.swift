/// Redacts records that were logged before a secret of theirs was known.
///
/// What is logged is redacted where it comes from. A record that has waited while secrets were added passes this too.
package protocol LateRedaction: Sendable {
    /// When a secret was last added; `nil` before the first.
    var lastAddition: ContinuousClock.Instant? { get }

    /// `bytes` without the secrets that are known now.
    func redact(_ bytes: [UInt8]) -> [UInt8]
}

extension LateRedaction {
    /// Whether a record of that moment may hold a secret that was not known yet where it was redacted: what a tool prints is redacted some
    /// lines at a time, a moment before they are logged.
    func mayKnowMore(since logged: ContinuousClock.Instant) -> Bool {
        lastAddition.map { $0 > logged - .seconds(5) } ?? false
    }

    func redact(_ content: LogRecord.Content) -> LogRecord.Content {
        switch content {
        case .entry(let fields): .entry(fields.map { JournalField($0.name, bytes: redact($0.value)) })
        case .line(let text): .line(String(decoding: redact(Array(text.utf8)), as: UTF8.self))
        }
    }
}
