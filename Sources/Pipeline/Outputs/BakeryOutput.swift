/// What Bakery returns into `$.stages.bakery` of the execution's state.
package struct BakeryOutput: Sendable, Hashable, Codable {
    /// The image, for example `ami-0123456789abcdef0`.
    package var imageId: String
    /// The image's name.
    package var imageName: String
    /// Region the image is in.
    package var region: String
    /// The image's snapshots.
    package var snapshotIds: [String]
    /// Whether every snapshot is encrypted.
    package var encrypted: Bool
    /// Key the snapshots are encrypted with.
    package var kmsKeyId: String?
    /// Accounts the image and its snapshots are shared with.
    package var sharedWith: [String]

    /// A value of these parts.
    package init(
        imageId: String,
        imageName: String,
        region: String,
        snapshotIds: [String],
        encrypted: Bool,
        kmsKeyId: String? = nil,
        sharedWith: [String]
    ) {
        self.imageId = imageId
        self.imageName = imageName
        self.region = region
        self.snapshotIds = snapshotIds
        self.encrypted = encrypted
        self.kmsKeyId = kmsKeyId
        self.sharedWith = sharedWith
    }
}
