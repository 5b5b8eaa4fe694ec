import Glibc
package import Logging

/// The daemon's log: its handlers, and the writer that they share.
package struct LogOutput: Sendable {
    /// What writes.
    package let writer: LogWriter
    private let destination: LogDestination
    private let identifier: String
    private let colour: Bool

    /// The log at `destination`.
    package init(
        _ destination: LogDestination,
        identifier: String = "builderd",
        environment: [String: String],
        lateRedaction: (any LateRedaction)? = nil
    ) throws(LogWriterError) {
        self.destination = destination
        self.identifier = identifier
        let colour = ConsoleLogHandler.wantsColour(environment)
        self.colour = colour
        switch destination {
        case .journal: writer = try .journal(identifier: identifier, lateRedaction: lateRedaction)
        case .console: writer = try LogWriter(lateRedaction: lateRedaction) { ConsoleSink(colour: colour) }
        }
    }

    /// A handler that hands its records to the writer.
    package func handler(level: LogLevelSetting) -> any LogHandler {
        let writer = writer
        return switch destination {
        case .journal: JournalLogHandler(identifier: identifier, level: level, writer: writer)
        case .console:
            ConsoleLogHandler(level: level, colour: colour, now: ConsoleLogHandler.wallClock) { line, level in
                writer.write(.line(line), level: level)
            }
        }
    }

    /// Writes everything out before the process ends, at most for `limit`, and says on standard error what was lost.
    package func close(within limit: Duration) {
        let before = writer.counts.dropped
        writer.close(within: limit)
        let lost = writer.counts.dropped - before
        guard lost > 0 else { return }
        StandardError.writeIfReady("\(identifier): the log did not take its last \(lost) entries\n")
    }
}
