/// Where records go in the end. The writer's thread makes it and is the only one to use it.
package protocol LogSink {
    /// Writes one record.
    ///
    /// - Parameter waited: how long it was held back.
    mutating func write(_ content: LogRecord.Content, waited: Duration) -> LogSinkAnswer

    /// The report of drops as this sink writes it.
    func content(of report: DropReport) -> LogRecord.Content
}
