import Logging

/// Writes records to systemd's journal.
final class JournalSink: LogSink {
    private var socket: JournalSocket
    private let identifier: String

    /// A sink that writes as `identifier` to the journal at `path`.
    init(identifier: String, path: String = JournalSocket.path) {
        self.identifier = identifier
        socket = JournalSocket(path: path)
    }

    func write(_ content: LogRecord.Content, waited: Duration) -> LogSinkAnswer {
        switch content {
        case .entry(var fields):
            // journald stamps what it gets: of an entry that was held back, this says when it was logged.
            if waited >= .seconds(1) {
                fields.append(JournalField("BUILDERD_WAITED_MSEC", "\(waited / .milliseconds(1))"))
            }
            return socket.send(fields)
        case .line(let text):
            return socket.send([JournalField("MESSAGE", text), JournalField("SYSLOG_IDENTIFIER", identifier)])
        }
    }

    func content(of report: DropReport) -> LogRecord.Content {
        .entry(
            JournalEntry.fields(
                level: .warning,
                message: report.message("the journal"),
                metadata: report.metadata,
                identifier: identifier
            )
        )
    }
}
