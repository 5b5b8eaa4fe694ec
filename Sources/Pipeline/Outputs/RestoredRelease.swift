/// The release that a roll back went back to.
package struct RestoredRelease: Sendable, Hashable, Codable {
    /// ARN of the execution that completed it.
    package var execution: String
    /// Its version.
    package var version: String

    /// A value of these parts.
    package init(execution: String, version: String) {
        self.execution = execution
        self.version = version
    }
}
