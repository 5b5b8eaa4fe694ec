import Glibc
package import Logging

/// Writes readable lines to standard error: time, level, stage, message, a few keys.
package struct ConsoleLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    /// The setting's, unless this logger was given a level of its own.
    package var logLevel: Logger.Level {
        get { ownLevel ?? setting.level }
        set { ownLevel = newValue }
    }

    private let setting: LogLevelSetting
    private var ownLevel: Logger.Level?
    private let colour: Bool
    private let now: @Sendable () -> Double
    private let write: @Sendable (String, Logger.Level) -> Void

    /// A handler that writes to standard error at once, in colour when that is a terminal and `NO_COLOR` does not say otherwise. For
    /// programs that do nothing else; the daemon's writes by `LogOutput`.
    package init(level: LogLevelSetting, environment: [String: String]) {
        self.init(level: level, colour: Self.wantsColour(environment), now: Self.wallClock) { line, _ in
            StandardError.write(line)
        }
    }

    /// A handler that takes the time from `now` (seconds since 1970) and hands each line to `write` with its level.
    package init(
        level: LogLevelSetting,
        colour: Bool,
        now: @escaping @Sendable () -> Double,
        write: @escaping @Sendable (String, Logger.Level) -> Void
    ) {
        setting = level
        self.colour = colour
        self.now = now
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        write(
            ConsoleLine.format(
                level: event.level,
                message: event.text,
                metadata: event.allMetadata(of: metadata, metadataProvider),
                secondsSince1970: now(),
                colour: colour
            ),
            event.level
        )
    }

    /// Whether standard error is a terminal that may be coloured.
    static func wantsColour(_ environment: [String: String]) -> Bool {
        (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb" && StandardError.isTerminal
    }

    /// Seconds since 1970.
    @Sendable static func wallClock() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
