import FoundationEssentials
import Pipeline

/// A manifest as it was found: text, not checked yet.
struct FetchedManifest: Codable, Sendable {
    /// What problems call it: `manifest s3://bucket/key`.
    var name: String
    /// YAML or JSON.
    var text: String
    /// Whether it stood in the release, where it has no lines.
    var isInline: Bool
    /// SHA-256 of its bytes, hex.
    var sha256: String
    /// S3 version id, if it came from a bucket with versions.
    var versionId: String?

    /// Its tree.
    func node() throws(DocumentProblems) -> DocumentNode {
        let node = try DocumentReader(document: name).read(Array(text.utf8))
        return isInline ? DocumentNode(node.json) : node
    }
}
