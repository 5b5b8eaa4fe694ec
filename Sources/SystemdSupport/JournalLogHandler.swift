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
    private let send: @Sendable ([JournalField], Logger.Level) -> Void

    /// A handler that writes as `identifier` (`SYSLOG_IDENTIFIER`) by `writer`.
    package init(identifier: String, level: LogLevelSetting, writer: LogWriter) {
        self.identifier = identifier
        setting = level
        send = { fields, level in writer.write(.entry(fields), level: level) }
    }

    /// A handler that hands entries to `send`.
    package init(identifier: String, level: LogLevelSetting, send: @escaping @Sendable ([JournalField]) -> Void) {
        self.identifier = identifier
        setting = level
        self.send = { fields, _ in send(fields) }
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
            ),
            event.level
        )
    }
}
