/// What a section's parameter holds when the section itself is in S3: it was too large for Parameter Store, or has `{{`.
package struct SectionPointer: Sendable, Hashable, Codable {
    /// `s3://bucket/key`.
    package var uri: String
    /// SHA-256 of the object's bytes, hex.
    package var sha256: String
    /// Version id of the object; `nil` where the bucket keeps none.
    package var versionId: String?

    /// A pointer of these parts.
    package init(uri: String, sha256: String, versionId: String? = nil) {
        self.uri = uri
        self.sha256 = sha256
        self.versionId = versionId
    }
}
