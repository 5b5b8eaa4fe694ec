/// One profile's verdict.
package struct ProfileVerdict: Sendable, Hashable, Codable {
    /// Name of it.
    package var name: String
    /// Controls that were run.
    package var controls: Int
    /// Controls of which every result passed.
    package var passed: Int
    /// Controls that failed and are not waived.
    package var failed: Int
    /// Controls that were skipped.
    package var skipped: Int
    /// Controls that failed under a waiver that still holds.
    package var waived: Int

    /// A value of these parts.
    package init(name: String, controls: Int, passed: Int, failed: Int, skipped: Int, waived: Int) {
        self.name = name
        self.controls = controls
        self.passed = passed
        self.failed = failed
        self.skipped = skipped
        self.waived = waived
    }
}
