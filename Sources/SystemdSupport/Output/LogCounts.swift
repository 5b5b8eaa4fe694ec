/// What became of everything that was logged: `sent + waiting + dropped`, and nothing else.
package struct LogCounts: Sendable, Hashable {
    /// Taken by the journal or by standard error.
    package var sent = 0
    /// In the queue.
    package var waiting = 0
    /// Dropped, by the journal's priority (0 to 7): there was no room, or the journal refused it.
    package var droppedByPriority = [Int](repeating: 0, count: 8)

    /// Nothing was logged.
    package init() {}

    /// All that was dropped.
    package var dropped: Int { droppedByPriority.reduce(0, +) }

    /// The priorities' names, as `journalctl --priority` has them.
    package static let priorityNames = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]
}
