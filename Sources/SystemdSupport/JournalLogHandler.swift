package import Logging

/// Writes log events to systemd's journal, with their metadata as fields where the key is one: `BUILDERD_STAGE`, `MESSAGE_ID`, ….
package struct JournalLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    /// The setting's, unless this logger was given a level of its own.
    package var logLevel: Logger.Level {
        get { ownLevel ?? setting.level }
        set { ownLevel = newValue }
    }

    private let setting: LogLevelSetting
    private var ownLevel: Logger.Level?
    private let identifier: String
    private let send: @Sendable ([JournalField]) -> Void

    /// A handler that writes as `identifier` (`SYSLOG_IDENTIFIER`).
    ///
    /// An entry that the journal refuses is written to standard error instead, as a console line.
    package init(identifier: String, level: LogLevelSetting) {
        self.init(identifier: identifier, level: level) { fields in
            let result = Journal.send(fields)
            guard result < 0 else { return }
            let message = fields.first.map { String(decoding: $0.value, as: UTF8.self) } ?? ""
            StandardError.write("journal refused an entry (\(result)): " + ConsoleLine.printable(message) + "\n")
        }
    }

    /// A handler that hands entries to `send`.
    package init(identifier: String, level: LogLevelSetting, send: @escaping @Sendable ([JournalField]) -> Void) {
        self.identifier = identifier
        self.send = send
        setting = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        send(
            JournalEntry.fields(
                level: event.level,
                message: event.text,
                metadata: event.allMetadata(of: metadata, metadataProvider),
                identifier: identifier
            )
        )
    }
}
