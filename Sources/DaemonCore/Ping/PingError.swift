/// Why a ping was not answered.
package struct PingError: Error, Sendable, Hashable {
    /// What happened.
    package let message: String
    /// What to do.
    package let next: String
    /// Whether only a change of the configuration helps.
    package let isConfiguration: Bool

    init(_ message: String, next: String, isConfiguration: Bool = false) {
        self.message = message
        self.next = next
        self.isConfiguration = isConfiguration
    }
}
