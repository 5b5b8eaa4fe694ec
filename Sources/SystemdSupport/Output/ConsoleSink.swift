import Glibc
import Logging

/// Writes records to standard error. A terminal or a pipe that nobody reads holds up the writer's thread, and nobody else.
final class ConsoleSink: LogSink {
    private let colour: Bool
    private let descriptor: Int32
    /// What could not be written of a line yet.
    private var rest: [UInt8] = []

    /// A sink that writes to `descriptor`.
    init(colour: Bool, descriptor: Int32 = STDERR_FILENO) {
        self.colour = colour
        self.descriptor = descriptor
    }

    func write(_ content: LogRecord.Content, waited: Duration) -> LogSinkAnswer {
        guard case .line(let text) = content else { return .refused }
        if rest.isEmpty { rest = Array(text.utf8) }
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            // Whoever shares it with us has made it so.
            if count < 0 && errno == EAGAIN { return .full(descriptor: descriptor) }
            guard count > 0 else {
                rest = []
                return .refused
            }
            rest.removeFirst(count)
        }
        return .taken
    }

    func content(of report: DropReport) -> LogRecord.Content {
        .line(
            ConsoleLine.format(
                level: .warning,
                message: report.message("standard error"),
                metadata: [:],
                secondsSince1970: ConsoleLogHandler.wallClock(),
                colour: colour
            )
        )
    }
}
