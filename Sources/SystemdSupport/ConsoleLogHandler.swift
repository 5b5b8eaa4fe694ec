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
    private let write: @Sendable (String) -> Void

    /// A handler that writes to standard error, in colour when that is a terminal and `NO_COLOR` does not say otherwise.
    package init(level: LogLevelSetting, environment: [String: String]) {
        let wantsColour = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        self.init(
            level: level,
            colour: wantsColour && StandardError.isTerminal,
            now: Self.wallClock,
            write: StandardError.write
        )
    }

    /// A handler that takes the time from `now` (seconds since 1970) and hands each line to `write`.
    package init(
        level: LogLevelSetting,
        colour: Bool,
        now: @escaping @Sendable () -> Double,
        write: @escaping @Sendable (String) -> Void
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
            )
        )
    }

    @Sendable private static func wallClock() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
