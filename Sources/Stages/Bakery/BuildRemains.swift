import AWSClient
import ActivityWorker
import Logging

/// What a Packer that was killed leaves in the builder's account: its instance, key pair, security group, and an image that was being
/// made with its snapshots.
///
/// Only what is of one task is touched: another host may already be building the same execution's image. Run again it goes on where it
/// was.
struct BuildRemains: Sendable {
    let ec2: EC2Client
    /// Tags and names of the task's build.
    let tags: ImageTags
    let task: String
    /// What Packer said it makes.
    let said: PackerNames
    let pace: StagePace
    let logger: Logger

    /// How often a security group that is still in use is tried again, 5 s apart: an instance takes about a minute to go.
    static let mostLooks = 20

    private var ofTask: EC2Filter { EC2Filter("tag:" + ImageTags.task, [task]) }

    /// Removes what there is. One kind that cannot be removed does not keep the others; all that fails is logged.
    func remove() async {
        let instances = await attempt("looking for the build's instance") {
            try await ec2.describeInstances(filters: [ofTask])
        }
        let live = (instances ?? []).filter { !["terminated", "shutting-down"].contains($0.state) }.map(\.instanceID)
        if !live.isEmpty {
            await attempt("terminating \(live.joined(separator: ", "))") {
                try await ec2.terminateInstances(instanceIDs: live)
                logger.notice("Left by the build and terminated: \(live.joined(separator: ", "))")
            }
        }
        await attempt("removing the build's images") { try await images(instances ?? []) }
        await attempt("removing the build's key pair") { try await keyPairs(instances ?? []) }
        await attempt("removing the build's security group") { try await groups(instances ?? []) }
    }

    private func images(_ instances: [EC2Instance]) async throws {
        let own = try await ec2.describeImages(owners: ["self"], filters: [ofTask])
        // Killed between CreateImage and CreateTags, it has only its name.
        let named = try await ec2.describeImages(owners: ["self"], filters: [EC2Filter("name", [tags.imageName])])
        let found = own + named.filter { image in !own.contains { $0.imageID == image.imageID } }
        let removed = found.filter(isLeftOver)
        let images = BuilderImages(ec2: ec2, tags: tags, pace: pace)
        for image in removed {
            // The builder's role may take away only what carries the mark.
            if image.tags[ImageTags.task] == nil {
                try await ec2.createTags(resourceIDs: [image.imageID], tags: tags.all)
            }
            try await images.remove(BuilderImages.LeftOver(image), step: "clean-up")
            logger.notice("Left by the build and removed: the image \(image.imageID), which was \(image.state)")
        }
        try await snapshots(instances, kept: found.filter { !isLeftOver($0) }, removed: removed)
    }

    /// A finished image stays, and so does an encrypted copy that may become one: the next attempt adopts them.
    private func isLeftOver(_ image: EC2Image) -> Bool {
        if image.tags[ImageTags.complete] != nil { return false }
        if let execution = image.tags[ImageTags.execution], execution != tags.execution { return false }
        return !(tags.isEncryptedName(image.name) && ["pending", "available"].contains(image.state))
    }

    /// Of an image that is still being made, EC2 does not say which snapshots are its own; the snapshots say which image they are for.
    private func snapshots(_ instances: [EC2Instance], kept: [EC2Image], removed: [EC2Image]) async throws {
        var found = try await ec2.describeSnapshots(owners: ["self"], filters: [ofTask])
        if !instances.isEmpty {
            let made = instances.map { "Created by CreateImage(\($0.instanceID))*" }
            found += try await ec2.describeSnapshots(owners: ["self"], filters: [EC2Filter("description", made)])
        }
        let inUse = Set(kept.flatMap(\.volumes).compactMap(\.snapshotID))
        var done: Set<String> = []
        for snapshot in found where !inUse.contains(snapshot.snapshotID) && done.insert(snapshot.snapshotID).inserted {
            let description = snapshot.description ?? ""
            let isOfRemoved = removed.contains { description.contains($0.imageID) }
            if kept.contains(where: { description.contains($0.imageID) }), !isOfRemoved { continue }
            // A copy's snapshots get their tags before they can be told from the rest.
            if kept.contains(where: { $0.state == "pending" }), !description.contains("CreateImage(") { continue }
            if snapshot.tags[ImageTags.execution] == nil {
                try await ec2.createTags(resourceIDs: [snapshot.snapshotID], tags: tags.all)
            }
            do throws(AWSError) {
                try await ec2.deleteSnapshot(snapshotID: snapshot.snapshotID)
                logger.notice("Left by the build and removed: the snapshot \(snapshot.snapshotID)")
            } catch {
                guard error.code == "InvalidSnapshot.NotFound" else { throw error }
            }
        }
    }

    private func keyPairs(_ instances: [EC2Instance]) async throws {
        var names = said.keyPairs.union([PackerNames.prefix + task])
        names.formUnion(instances.compactMap(\.keyName).filter { $0.hasPrefix(PackerNames.prefix) })
        let found =
            try await ec2.describeKeyPairs(filters: [EC2Filter("key-name", names.sorted())])
            + (try await ec2.describeKeyPairs(filters: [ofTask]))
        for name in Set(found.map(\.name)).sorted() {
            try await ec2.deleteKeyPair(name: name)
            logger.notice("Left by the build and removed: the key pair \(name)")
        }
    }

    private func groups(_ instances: [EC2Instance]) async throws {
        var found = try await ec2.describeSecurityGroups(filters: [ofTask])
        let ids = Set(instances.flatMap(\.groupIDs)).sorted()
        if !ids.isEmpty {
            found += try await ec2.describeSecurityGroups(filters: [EC2Filter("group-id", ids)]).filter(isTemporary)
        }
        if !said.groups.isEmpty {
            let names = EC2Filter("group-name", said.groups.sorted())
            found += try await ec2.describeSecurityGroups(filters: [names]).filter(isTemporary)
        }
        for id in Set(found.map(\.groupID)).sorted() { try await remove(group: id) }
    }

    /// A template may let its instance into a group that stays.
    private func isTemporary(_ group: EC2SecurityGroup) -> Bool {
        group.name.hasPrefix(PackerNames.prefix) && group.description == "Temporary group for Packer"
    }

    /// The instance uses the group until it is gone.
    private func remove(group id: String) async throws {
        for look in 1...Self.mostLooks {
            do throws(AWSError) {
                try await ec2.deleteSecurityGroup(groupID: id)
                logger.notice("Left by the build and removed: the security group \(id)")
                return
            } catch {
                if error.code == "InvalidGroup.NotFound" { return }
                guard error.code == "DependencyViolation", look < Self.mostLooks else { throw error }
            }
            try await pace.wait(.seconds(5))
        }
    }

    @discardableResult
    private func attempt<Result>(_ doing: String, _ body: () async throws -> Result) async -> Result? {
        do {
            return try await body()
        } catch is CancellationError {
            logger.warning(
                "The time for cleaning up was over while \(doing); what is left has the tag \(ImageTags.task) \(task)"
            )
        } catch {
            let reason = (error as? TaskFailure)?.message ?? "\(error)"
            logger.warning("What the build left is still there (\(doing)): \(reason)")
        }
        return nil
    }
}
