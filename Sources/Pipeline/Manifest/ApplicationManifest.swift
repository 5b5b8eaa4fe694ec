/// What an application is and wants (`apiVersion: builderd/v1`): written by its team, read from S3 or from the release.
///
/// Decode it with `init(document:)`, which checks the closed schema and fills in the defaults.
package struct ApplicationManifest: Sendable, Hashable, Codable {
    /// Whose it is.
    package var metadata: ManifestMetadata
    /// What it wants.
    package var spec: ManifestSpec

    /// A value of these parts.
    package init(metadata: ManifestMetadata, spec: ManifestSpec) {
        self.metadata = metadata
        self.spec = spec
    }
}
