import Logging

/// What is said of records that were dropped.
package struct DropReport: Sendable, Hashable {
    /// `MESSAGE_ID` of the entry; explained in systemd/builderd.catalog and never reused.
    package static let messageID = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c10"

    /// By the journal's priority, 0 to 7.
    package let droppedByPriority: [Int]

    /// All of them.
    package var dropped: Int { droppedByPriority.reduce(0, +) }

    /// `info 12, debug 3`.
    package var list: String {
        zip(LogCounts.priorityNames, droppedByPriority).filter { $1 > 0 }.map { "\($0) \($1)" }.joined(separator: ", ")
    }

    /// The message, about a `destination` like “the journal”.
    func message(_ destination: String) -> String {
        "\(dropped) entries were dropped because \(destination) did not take them: \(list)"
    }

    /// The message's fields.
    var metadata: Logger.Metadata {
        [
            "MESSAGE_ID": "\(Self.messageID)", "BUILDERD_DROPPED": "\(dropped)",
            "BUILDERD_DROPPED_BY_PRIORITY": "\(list)",
        ]
    }
}
