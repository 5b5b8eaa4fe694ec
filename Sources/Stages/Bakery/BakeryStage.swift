import Logging
package import ActivityWorker
import AWSClient
import Pipeline

/// Builds the release's image with Packer, makes sure that it is encrypted with the customer's key, shares it with the
/// application's account and marks it.
///
/// It works in the builder's own account. An image that an earlier attempt of the same execution finished is adopted; other images that
/// attempts left are removed before a build, and what this attempt left after it failed.
package struct BakeryStage: StageHandler {
    let environment: StageEnvironment
    let pace: StagePace

    /// A stage in this environment.
    package init(environment: StageEnvironment, pace: StagePace = .real) {
        self.environment = environment
        self.pace = pace
    }

    package func run(_ context: TaskContext) async throws -> String {
        try context.requireAction(.run)
        let input = try StageInput(context)
        let section = try await input.section(BakerySection.self, in: context, with: environment)
        let tags = ImageTags(
            envelope: input.envelope,
            tags: section.head.tags,
            application: section.head.applicationId,
            taskID: context.id
        )
        let images = BuilderImages(ec2: EC2Client(environment.aws), tags: tags, pace: pace)
        let kmsKey = try await CustomerKey.arn(environment.settings.kmsKey, in: context, with: environment.aws)

        let found = try await context.step("find-images", inputs: [tags.execution, tags.imageName]) {
            try await AWSCall.run("looking for the execution's images", step: "find-images") { try await images.find() }
        }
        let built = try await image(found, section, kmsKey: kmsKey, images: images, context)
        let encryption = ImageEncryption(
            context: context,
            images: images,
            region: environment.aws.region,
            kmsKey: kmsKey
        )
        let result = try await encryption.ensured(built, copy: found.encrypted)
        let sharedWith = try await share(
            result.imageID,
            result.snapshots,
            with: section.head.accountId,
            images.ec2,
            context
        )
        _ = try await context.step("tag", inputs: [result.imageID]) {
            try await mark([result.imageID] + result.snapshots, images, step: "tag")
            return true
        }
        return try JSONText.of(
            BakeryOutput(
                imageId: result.imageID,
                imageName: result.name,
                region: environment.aws.region,
                snapshotIds: result.snapshots,
                encrypted: true,
                kmsKeyId: kmsKey,
                sharedWith: sharedWith
            )
        )
    }

    /// The image of this execution: adopted, or built now.
    private func image(
        _ found: BuilderImages.Found,
        _ section: BakerySection,
        kmsKey: String,
        images: BuilderImages,
        _ context: TaskContext
    ) async throws -> String {
        // The copy alone is left when an earlier attempt got as far as removing the clear image.
        if let adopted = found.complete ?? found.encrypted {
            context.logger.notice("The image \(adopted) of an earlier attempt of this execution is adopted.")
            return adopted
        }
        try await remove(found.leftOver, images, step: "remove-left-over", context)
        let build = PackerBuild(
            context: context,
            environment: environment,
            section: section,
            tags: images.tags,
            kmsKey: kmsKey
        )
        let artifact = try await build.run()
        let imageID = try await reconciled(artifact, images, context)
        _ = try await context.step("mark-complete", inputs: [imageID]) {
            try await mark([imageID], images, step: "mark-complete")
            return true
        }
        return imageID
    }

    /// The image that Packer made: the one it named, or, where a post-processor took the artifact over, the only one with this
    /// execution's tag or name.
    private func reconciled(_ artifact: String?, _ images: BuilderImages, _ context: TaskContext) async throws -> String
    {
        if let artifact { return artifact }
        let found = try await context.step("reconcile", inputs: [images.tags.execution]) {
            try await AWSCall.run("looking for the image that Packer built", step: "reconcile") {
                try await images.find()
            }
        }
        guard found.leftOver.count == 1 else {
            throw TaskFailure(
                .bakeryImageMissing,
                message: found.leftOver.isEmpty
                    ? "Packer ended well, but it named no image, and none has the name \(images.tags.imageName) or this execution's tag."
                    : "Packer ended well, but it named no image, and several have this execution's tag: "
                        + found.leftOver.map(\.imageID).joined(separator: ", ") + ".",
                next:
                    "Let the template name its image var.image_name and put var.execution_id in the tag builderd:execution.",
                step: "reconcile"
            )
        }
        return found.leftOver[0].imageID
    }

    private func remove(
        _ leftOver: [BuilderImages.LeftOver],
        _ images: BuilderImages,
        step: String,
        _ context: TaskContext
    ) async throws {
        guard !leftOver.isEmpty else { return }
        _ = try await context.step(step, inputs: leftOver) {
            for image in leftOver { try await images.remove(image, step: step) }
            return true
        }
    }

    /// Launch permission for the image and permission to make volumes of its snapshots: an encrypted image needs both.
    private func share(
        _ imageID: String,
        _ snapshots: [String],
        with account: String,
        _ ec2: EC2Client,
        _ context: TaskContext
    ) async throws -> [String] {
        let own = try await context.step("account", inputs: [environment.aws.region]) {
            try await AWSCall.run("asking who the builder is", step: "account") {
                try await STSClient(environment.aws).getCallerIdentity().account
            }
        }
        guard account != own else { return [] }
        return try await context.step("share", inputs: [imageID, account]) {
            do {
                try await ec2.modifyImageAttribute(imageID: imageID, addLaunchPermissions: [account])
                for snapshot in snapshots {
                    try await ec2.modifySnapshotAttribute(snapshotID: snapshot, addCreateVolumePermissions: [account])
                }
            } catch let error as AWSError {
                if error.isRetryable {
                    throw awsFailure(error, doing: "sharing \(imageID) with \(account)", step: "share")
                }
                throw TaskFailure(
                    .bakeryShareFailed,
                    message: "The image \(imageID) could not be shared with the account \(account): \(error)",
                    next:
                        "Allow it to the builder's role, and let the KMS key be one whose policy lets \(account) use it "
                        + "(aws/ebs cannot be shared); then redrive the execution.",
                    step: "share"
                )
            }
            return [account]
        }
    }

    private func mark(_ ids: [String], _ images: BuilderImages, step: String) async throws {
        let tags = images.tags.all.merging([ImageTags.complete: images.tags.execution]) { $1 }
        try await AWSCall.run("tagging \(ids.joined(separator: ", "))", step: step) {
            try await images.ec2.createTags(resourceIDs: ids, tags: tags)
        }
    }
}
