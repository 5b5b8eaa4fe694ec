/// What log groups have where a manifest says nothing.
package struct LoggingDefaults: Sendable, Hashable, Codable {
    /// Days the groups keep their events. Default 365.
    package var retentionDays: Int

    /// A value of these parts.
    package init(retentionDays: Int) {
        self.retentionDays = retentionDays
    }
}
