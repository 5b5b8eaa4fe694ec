import Logging

/// What may wait for the log at most. It is used only while the journal is slower than builderd, which is rare and short.
package struct LogLimits: Sendable {
    /// Most records: 65,536, some seconds of what journald takes at its fastest.
    package var records = 65_536
    /// Most bytes: 32 MiB, about what builderd takes itself, so an outage of journald does not make it a burden on the host.
    package var bytes = 32 << 20
    /// How long an ended tool's lines wait for a journal that takes nothing: longer than a restart of journald, shorter than anything that
    /// waits for a task's end.
    package var patience = Duration.seconds(20)
    /// Between two reports of drops while the queue does not get emptier.
    package var reportInterval = Duration.seconds(10)

    /// Limits that the daemon uses, unless some are changed.
    package init() {}

    /// Eighths of both limits that a record may fill: a flood of details leaves room for the story, and that for what went wrong.
    func eighths(for record: LogRecord) -> Int {
        if record.isImportant { return 8 }
        return record.level <= .debug ? 4 : 7
    }
}
