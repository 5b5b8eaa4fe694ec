import Logging
import Synchronization

/// Remembers notices.
final class NoticeLines: Sendable {
    private let lines = Mutex<[String]>([])

    /// Notices so far.
    var all: [String] { lines.withLock { $0 } }

    /// A logger that writes here.
    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    private struct Handler: LogHandler {
        let lines: NoticeLines
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            guard event.level == .notice else { return }
            lines.lines.withLock { $0.append("\(event.message)") }
        }
    }
}
