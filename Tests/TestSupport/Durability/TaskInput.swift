import Foundation

/// The input of one task, as the test schedules it.
package struct TaskInput: Codable, Sendable {
    package var execution: String
    package var attempt: Int
    package var heartbeatMilliseconds: Int
    /// Twentieths of a second that each tool takes.
    package var rounds: Int
    /// Whether the first tool takes no notice of SIGTERM.
    package var isDeaf: Bool
    /// Shell text that the first tool runs at its end.
    package var script: String?

    /// An input of these parts.
    package init(
        execution: String,
        attempt: Int = 0,
        heartbeatMilliseconds: Int = 60_000,
        rounds: Int = 2,
        isDeaf: Bool = false,
        script: String? = nil
    ) {
        self.execution = execution
        self.attempt = attempt
        self.heartbeatMilliseconds = heartbeatMilliseconds
        self.rounds = rounds
        self.isDeaf = isDeaf
        self.script = script
    }

    /// As JSON.
    package var text: String { (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "" }
}
