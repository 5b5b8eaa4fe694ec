/// An image as DescribeImages shows it.
package struct EC2Image: Sendable, Hashable {
    /// `ami-…`.
    package let imageID: String
    /// Name.
    package let name: String?
    /// `pending`, `available`, `failed`, `error`, `deregistered`, …
    package let state: String
    /// Why it failed, where it did.
    package let stateReason: String?
    /// Account that owns it.
    package let ownerID: String?
    /// `x86_64`, `arm64`, …
    package let architecture: String?
    /// ISO 8601 text.
    package let creationDate: String?
    /// The instance that it was made of, where EC2 says so.
    package let sourceInstanceID: String?
    /// `/dev/xvda`, …
    package let rootDeviceName: String?
    /// EBS volumes; instance-store devices are left out.
    package let volumes: [EC2ImageVolume]
    /// Tags.
    package let tags: [String: String]

    /// Whether it has volumes and every one of them is encrypted.
    package var isEncrypted: Bool { !volumes.isEmpty && volumes.allSatisfy(\.encrypted) }

    init(_ element: XMLElement) throws(AnswerProblem) {
        imageID = try element.requiredText("imageId")
        name = element.text("name")
        state = try element.requiredText("imageState")
        stateReason = element.child("stateReason")?.text("message")
        ownerID = element.text("imageOwnerId")
        architecture = element.text("architecture")
        creationDate = element.text("creationDate")
        sourceInstanceID = element.text("sourceInstanceId")
        rootDeviceName = element.text("rootDeviceName")
        volumes = element.items("blockDeviceMapping").compactMap(EC2ImageVolume.init)
        tags = element.tags
    }
}
