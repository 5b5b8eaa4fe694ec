/// A snapshot as DescribeSnapshots shows it.
package struct EC2Snapshot: Sendable, Hashable {
    /// `snap-…`.
    package let snapshotID: String
    /// `pending`, `completed`, `error`, `recoverable`, `recovering`.
    package let state: String
    /// Percentage done, for example `42%`.
    package let progress: String?
    /// Whether it is encrypted.
    package let encrypted: Bool
    /// ARN of its key.
    package let kmsKeyID: String?
    /// Account that owns it.
    package let ownerID: String?
    /// Description.
    package let description: String?
    /// Tags.
    package let tags: [String: String]

    init(_ element: XMLElement) throws(AnswerProblem) {
        snapshotID = try element.requiredText("snapshotId")
        state = try element.requiredText("status")
        progress = element.text("progress")
        encrypted = element.text("encrypted") == "true"
        kmsKeyID = element.text("kmsKeyId")
        ownerID = element.text("ownerId")
        description = element.text("description")
        tags = element.tags
    }
}
