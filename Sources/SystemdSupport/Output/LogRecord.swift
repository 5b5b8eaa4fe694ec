package import Logging

/// One log event on its way out of the process.
package struct LogRecord: Sendable {
    /// What is written.
    package enum Content: Sendable, Hashable {
        /// An entry of systemd's journal.
        case entry([JournalField])
        /// A line for people, with its end.
        case line(String)
    }

    /// What is written, redacted as far as secrets were known when it was logged.
    package let content: Content
    /// Decides which room it may use, and what it counts as when it is dropped.
    package let level: Logger.Level
    /// When it was logged.
    let logged: ContinuousClock.Instant
    /// Whether it is the writer's own report of drops, which is not counted.
    let isReport: Bool
    /// What it takes of memory, about: an array and a string cost some 64 bytes before they hold anything.
    let bytes: Int

    /// A record of this moment.
    package init(
        _ content: Content,
        level: Logger.Level,
        logged: ContinuousClock.Instant = .now,
        isReport: Bool = false
    ) {
        self.content = content
        self.level = level
        self.logged = logged
        self.isReport = isReport
        bytes =
            switch content {
            case .entry(let fields): fields.reduce(96) { $0 + 64 + $1.name.utf8.count + $1.value.count }
            case .line(let text): 96 + text.utf8.count
            }
    }

    /// Whether the reserved room is for it: a warning or worse, or one of the lines with an id that a release's story is made of.
    var isImportant: Bool {
        if level >= .warning { return true }
        guard case .entry(let fields) = content else { return false }
        return fields.contains { $0.name == "MESSAGE_ID" }
    }
}
