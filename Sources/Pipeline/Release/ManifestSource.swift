/// Where a release's manifest is.
package enum ManifestSource: Sendable, Hashable {
    /// In S3.
    case object(S3ObjectLocation)
    /// In the release itself; not checked yet.
    case inline(JSONValue)
}
