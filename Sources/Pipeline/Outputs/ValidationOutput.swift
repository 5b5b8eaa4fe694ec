/// What Validation returns into `$.stages.validation` of the execution's state.
package struct ValidationOutput: Sendable, Hashable, Codable {
    /// Verdicts by profile, in the order they ran.
    package var profiles: [ProfileVerdict]
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
    /// `s3://bucket/key` of the report.
    package var report: String
    /// S3 version id of the report.
    package var reportVersionId: String?

    /// A value of these parts.
    package init(
        profiles: [ProfileVerdict],
        controls: Int,
        passed: Int,
        failed: Int,
        skipped: Int,
        waived: Int,
        report: String,
        reportVersionId: String? = nil
    ) {
        self.profiles = profiles
        self.controls = controls
        self.passed = passed
        self.failed = failed
        self.skipped = skipped
        self.waived = waived
        self.report = report
        self.reportVersionId = reportVersionId
    }
}
