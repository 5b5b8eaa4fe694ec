import Logging
import AWSClient
import ActivityWorker
import Pipeline

/// Makes sure that an image is encrypted with the customer's key: it is, or a copy that is takes its place.
struct ImageEncryption: Sendable {
    let context: TaskContext
    let images: BuilderImages
    let region: String
    let kmsKey: String

    private var ec2: EC2Client { images.ec2 }

    /// What is known of an image's volumes.
    struct Verdict: Sendable, Codable, Hashable {
        /// Why it does not pass; `nil` when every volume is encrypted with the customer's key.
        var problem: String?
        /// Its name.
        var name: String
        /// Its snapshots.
        var snapshots: [String]
    }

    /// The image to hand on.
    struct Result: Sendable {
        /// Its id.
        var imageID: String
        /// Its name.
        var name: String
        /// Its snapshots.
        var snapshots: [String]
    }

    /// The image to hand on: `imageID` itself or its encrypted copy, available and checked.
    func ensured(_ imageID: String, copy: String?) async throws -> Result {
        let before = try await check(imageID, step: "check-encryption", failure: .bakeryImageMissing)
        guard let problem = before.problem else {
            return Result(imageID: imageID, name: before.name, snapshots: before.snapshots)
        }
        context.logger.notice("The image \(imageID) is copied encrypted: \(problem).")
        let copied = try await context.step("copy-encrypted", inputs: [imageID, kmsKey]) {
            if let copy { return copy }
            return try await AWSCall.run("copying the image \(imageID) encrypted", step: "copy-encrypted") {
                try await ec2.copyImage(
                    sourceImageID: imageID,
                    sourceRegion: region,
                    name: images.tags.encryptedName,
                    description: "Encrypted copy of \(imageID)",
                    clientToken: "builderd-" + context.id,
                    encrypted: true,
                    kmsKeyID: kmsKey,
                    tags: images.tags.all
                )
            }
        }
        let after = try await check(copied, step: "check-encrypted-copy", failure: .bakeryImageNotEncrypted)
        if let problem = after.problem {
            throw TaskFailure(
                .bakeryImageNotEncrypted,
                message: "The encrypted copy \(copied) of \(imageID) is not what it should be: \(problem).",
                next:
                    "Look at \(copied) in EC2 and at the key \(kmsKey); deregister the copy, then redrive the execution.",
                step: "check-encrypted-copy"
            )
        }
        _ = try await context.step("remove-clear-image", inputs: [imageID]) {
            let clear = BuilderImages.LeftOver(imageID: imageID, snapshots: before.snapshots)
            try await images.remove(clear, step: "remove-clear-image")
            return true
        }
        return Result(imageID: copied, name: after.name, snapshots: after.snapshots)
    }

    /// Waits for the image and looks at every volume of it. The snapshot itself says with which key: DescribeImages does not.
    private func check(_ imageID: String, step: String, failure: FailureName) async throws -> Verdict {
        try await context.step(step, inputs: [imageID, kmsKey]) {
            let image = try await images.available(imageID, failure: failure, step: step)
            let ids = image.volumes.compactMap(\.snapshotID)
            let name = image.name ?? ""
            guard !ids.isEmpty else { return Verdict(problem: "it has no EBS volume", name: name, snapshots: []) }
            let snapshots = try await AWSCall.run("looking at the snapshots of \(imageID)", step: step) {
                try await ec2.describeSnapshots(snapshotIDs: ids)
            }
            return Verdict(problem: Self.problem(image.volumes, snapshots, kmsKey: kmsKey), name: name, snapshots: ids)
        }
    }

    /// Why these volumes do not pass, or `nil`.
    static func problem(_ volumes: [EC2ImageVolume], _ snapshots: [EC2Snapshot], kmsKey: String) -> String? {
        for volume in volumes {
            let device = volume.deviceName ?? "a volume"
            let snapshot = snapshots.first { $0.snapshotID == volume.snapshotID }
            guard volume.encrypted || snapshot?.encrypted == true else { return "\(device) is not encrypted" }
            if let key = snapshot?.kmsKeyID, key != kmsKey { return "\(device) is encrypted with another key, \(key)" }
        }
        return nil
    }
}
