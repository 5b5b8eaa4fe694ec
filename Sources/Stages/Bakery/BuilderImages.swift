import AWSClient
import ActivityWorker
import Pipeline

/// The images of one execution in the builder's account.
struct BuilderImages: Sendable {
    let ec2: EC2Client
    let tags: ImageTags
    let pace: StagePace

    /// What an execution has left in the account.
    struct Found: Sendable, Codable, Hashable {
        /// An image whose build ended well: it is adopted.
        var complete: String?
        /// Its encrypted copy, whole or on its way.
        var encrypted: String?
        /// What a failed or killed build left behind.
        var leftOver: [LeftOver]
    }

    /// An image to be taken away.
    struct LeftOver: Sendable, Codable, Hashable {
        /// Its id.
        var imageID: String
        /// Its snapshots, which nothing leads to once the image is gone.
        var snapshots: [String]

        init(imageID: String, snapshots: [String]) {
            self.imageID = imageID
            self.snapshots = snapshots
        }

        init(_ image: EC2Image) { self.init(imageID: image.imageID, snapshots: image.volumes.compactMap(\.snapshotID)) }
    }

    /// How long an image may take to become available: 240 looks, 15 s apart.
    static let mostLooks = 240

    /// Looks for the execution's images by tag and by name.
    func find() async throws(AWSError) -> Found {
        let byTag = try await ec2.describeImages(
            owners: ["self"],
            filters: [EC2Filter("tag:" + ImageTags.execution, [tags.execution])]
        )
        // A build that was killed between CreateImage and CreateTags left an image that only has its name.
        let byName = try await ec2.describeImages(
            owners: ["self"],
            filters: [EC2Filter("name", [tags.namePrefix + "*"])]
        ).filter { tags.isName($0.name) }
        var found = Found(complete: nil, encrypted: nil, leftOver: [])
        for image in byTag + byName.filter({ image in !byTag.contains { $0.imageID == image.imageID } }) {
            let owner = image.tags[ImageTags.execution]
            guard owner == nil || owner == tags.execution else { continue }
            let isGood = image.state == "available" || image.state == "pending"
            if isGood, tags.isEncryptedName(image.name), owner != nil {
                found.encrypted = image.imageID
            } else if isGood, image.tags[ImageTags.complete] == tags.execution {
                found.complete = image.imageID
            } else {
                found.leftOver.append(LeftOver(image))
            }
        }
        return found
    }

    /// Waits until the image can be used and returns it.
    ///
    /// - Throws: `TaskFailure` of `failure` when it does not exist, fails, or is not available in time.
    func available(_ imageID: String, failure: FailureName, step: String) async throws -> EC2Image {
        var last = "it does not exist"
        for look in 0..<Self.mostLooks {
            if look > 0 { try await pace.wait(.seconds(15)) }
            guard let image = try await image(imageID, step: step) else {
                // Just made, it may not be visible yet; after a minute it is not there.
                if look < 4 { continue }
                break
            }
            switch image.state {
            case "available": return image
            case "pending": last = "it is still pending"
            default:
                last = "its state is \(image.state)" + (image.stateReason.map { ": \($0)" } ?? "")
                throw missing(imageID, last, failure, step)
            }
        }
        throw missing(imageID, last, failure, step)
    }

    /// The image, or `nil` when there is none of this id.
    func image(_ imageID: String, step: String) async throws -> EC2Image? {
        do {
            return try await ec2.describeImages(imageIDs: [imageID]).first
        } catch {
            if error.isMissingImage { return nil }
            throw awsFailure(error, doing: "looking at the image \(imageID)", step: step)
        }
    }

    /// Takes an image away with its snapshots; what is gone already is fine.
    func remove(_ leftOver: LeftOver, step: String) async throws {
        let imageID = leftOver.imageID
        do {
            if let image = try await image(imageID, step: step), image.state != "deregistered" {
                try await ec2.deregisterImage(imageID: imageID)
            }
        } catch let error as AWSError {
            guard error.isMissingImage else { throw awsFailure(error, doing: "deregistering \(imageID)", step: step) }
        }
        for snapshot in leftOver.snapshots {
            do {
                try await ec2.deleteSnapshot(snapshotID: snapshot)
            } catch {
                guard error.code == "InvalidSnapshot.NotFound" else {
                    throw awsFailure(error, doing: "deleting the snapshot \(snapshot) of \(imageID)", step: step)
                }
            }
        }
    }

    private func missing(_ imageID: String, _ reason: String, _ failure: FailureName, _ step: String) -> TaskFailure {
        TaskFailure(
            failure,
            message: "The image \(imageID) cannot be used: \(reason).",
            next:
                "Read why in EC2's image list; correct the template, or the KMS key's policy, then redrive the execution.",
            step: step
        )
    }
}

extension AWSError {
    /// Whether EC2 says that there is no such image.
    var isMissingImage: Bool { code == "InvalidAMIID.NotFound" || code == "InvalidAMIID.Unavailable" }
}
