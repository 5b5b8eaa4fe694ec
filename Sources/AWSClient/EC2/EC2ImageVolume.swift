/// An EBS volume that an image makes.
package struct EC2ImageVolume: Sendable, Hashable {
    /// Device name in the image.
    package let deviceName: String?
    /// `snap-…`; absent for an empty volume.
    package let snapshotID: String?
    /// Whether it is encrypted; absent in the answer means not.
    package let encrypted: Bool
    /// Size in GiB.
    package let sizeGiB: Int?

    /// `nil` for a device that is not an EBS volume.
    init?(_ element: XMLElement) {
        guard let ebs = element.child("ebs") else { return nil }
        deviceName = element.text("deviceName")
        snapshotID = ebs.text("snapshotId")
        encrypted = ebs.text("encrypted") == "true"
        sizeGiB = ebs.text("volumeSize").flatMap { Int($0) }
    }
}
