package import Logging

/// Turns a log event into a journal entry's fields.
package enum JournalEntry {
    /// Fields that only the handler sets; metadata of these names goes into the message.
    private static let reserved: Set<String> = ["MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER"]

    /// `MESSAGE`, `PRIORITY`, `SYSLOG_IDENTIFIER`, and each metadata key that can be a field, in that order.
    ///
    /// Other keys follow the message as `key=value`, sorted. Values keep their line breaks: the journal's protocol counts bytes.
    package static func fields(
        level: Logger.Level,
        message: String,
        metadata: Logger.Metadata,
        identifier: String
    ) -> [JournalField] {
        var text = message
        var extra: [JournalField] = []
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            if JournalField.isValid(name: key), !reserved.contains(key) {
                extra.append(JournalField(key, "\(value)"))
            } else {
                text += " \(key)=\(value)"
            }
        }
        return [
            JournalField("MESSAGE", text), JournalField("PRIORITY", String(priority(level))),
            JournalField("SYSLOG_IDENTIFIER", identifier),
        ] + extra
    }

    /// syslog's priority of a level.
    package static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
