/// One smoke test's result.
package struct SmokeTestResult: Sendable, Hashable, Codable {
    /// Name of it.
    package var name: String
    /// URL that was asked.
    package var url: String
    /// Status code of the last answer.
    package var status: Int
    /// Requests it took.
    package var attempts: Int

    /// A value of these parts.
    package init(name: String, url: String, status: Int, attempts: Int) {
        self.name = name
        self.url = url
        self.status = status
        self.attempts = attempts
    }
}
