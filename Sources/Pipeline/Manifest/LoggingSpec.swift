/// What Post Provision makes sure of in CloudWatch Logs.
package struct LoggingSpec: Sendable, Hashable, Codable {
    /// Log groups. Default none.
    package var groups: [String]
    /// Days the groups keep their events; `nil` leaves it to the environment.
    package var retentionDays: Int?
    /// Index of the log platform that the groups go to, if any.
    package var index: String?

    /// A value of these parts.
    package init(groups: [String], retentionDays: Int? = nil, index: String? = nil) {
        self.groups = groups
        self.retentionDays = retentionDays
        self.index = index
    }
}
