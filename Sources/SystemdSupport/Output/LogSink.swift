/// Where records go in the end. The writer's thread makes it and is the only one to use it.
package protocol LogSink {
    /// Writes one record.
    ///
    /// - Parameter waited: how long it was held back.
    mutating func write(_ content: LogRecord.Content, waited: Duration) -> LogSinkAnswer

    /// The report of drops as this sink writes it.
    func content(of report: DropReport) -> LogRecord.Content
}

/// What became of one record.
package enum LogSinkAnswer: Sendable, Hashable {
    /// It is out.
    case taken
    /// There is no room for it now; it is tried again when the descriptor can be written to.
    case full(descriptor: Int32)
    /// Nobody is there to take it, or the system is short of something; it is tried again in a while.
    case away
    /// It will never be taken.
    case refused
}
