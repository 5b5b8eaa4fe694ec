/// Post Provision's section. Written by Pre Provision as one SecureString; it holds references to secrets, never values.
package struct PostProvisionSection: Sendable, Hashable, Codable {
    /// What every section begins with.
    package var head: SectionHead
    /// Run in order against the endpoint that Provision returned.
    package var smokeTests: [SmokeTest]
    /// CloudWatch log groups to make sure of.
    package var logGroups: [String]
    /// Their retention in days, one of the values CloudWatch Logs takes.
    package var retentionDays: Int

    /// A value of these parts.
    package init(head: SectionHead, smokeTests: [SmokeTest], logGroups: [String], retentionDays: Int) {
        self.head = head
        self.smokeTests = smokeTests
        self.logGroups = logGroups
        self.retentionDays = retentionDays
    }
}
