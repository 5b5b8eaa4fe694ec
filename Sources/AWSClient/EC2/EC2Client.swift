/// The EC2 operations that the stages use (EC2 Query protocol).
///
/// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html
package struct EC2Client: Sendable {
    private let service: QueryService

    /// A client of this configuration; copies share retry budget, clock correction and signing key.
    package init(_ configuration: AWSConfiguration, environment: RuntimeEnvironment = .system) {
        service = QueryService(
            ServiceRuntime(configuration, service: .ec2, environment: environment),
            version: "2016-11-15"
        )
    }

    /// Images by id, owner and filter, all pages. An id that does not exist is `InvalidAMIID.NotFound`.
    ///
    /// - Parameter owners: account ids, `self`, `amazon`, `aws-marketplace`.
    package func describeImages(
        imageIDs: [String] = [],
        owners: [String] = [],
        filters: [EC2Filter] = []
    ) async throws(AWSError) -> [EC2Image] {
        var form = QueryForm("DescribeImages")
        form.add(list: "ImageId", imageIDs)
        form.add(list: "Owner", owners)
        form.add(filters: filters)
        return try await pages(form, "imagesSet", isPaged: imageIDs.isEmpty) { (item) throws(AnswerProblem) in
            try EC2Image(item)
        }
    }

    /// Snapshots by id, owner and filter, all pages. An id that does not exist is `InvalidSnapshot.NotFound`.
    package func describeSnapshots(
        snapshotIDs: [String] = [],
        owners: [String] = [],
        filters: [EC2Filter] = []
    ) async throws(AWSError) -> [EC2Snapshot] {
        var form = QueryForm("DescribeSnapshots")
        form.add(list: "SnapshotId", snapshotIDs)
        form.add(list: "Owner", owners)
        form.add(filters: filters)
        return try await pages(form, "snapshotSet", isPaged: snapshotIDs.isEmpty) { (item) throws(AnswerProblem) in
            try EC2Snapshot(item)
        }
    }

    /// Copies an image into this client's region and returns the copy's id at once, while it is `pending`.
    ///
    /// - Parameters:
    ///   - clientToken: makes a repeated call return the same copy; at most 64 characters.
    ///   - encrypted: whether the copy's snapshots are encrypted.
    ///   - kmsKeyID: key for them: id, ARN or `alias/…`; the account's default key when `nil`.
    ///   - tags: for the image and its snapshots.
    package func copyImage(
        sourceImageID: String,
        sourceRegion: String,
        name: String,
        description: String? = nil,
        clientToken: String,
        encrypted: Bool = true,
        kmsKeyID: String? = nil,
        tags: [String: String] = [:]
    ) async throws(AWSError) -> String {
        var form = QueryForm("CopyImage")
        form.add("SourceImageId", sourceImageID)
        form.add("SourceRegion", sourceRegion)
        form.add("Name", name)
        form.add("Description", description)
        form.add("ClientToken", clientToken)
        form.add("Encrypted", encrypted ? "true" : nil)
        form.add("KmsKeyId", kmsKeyID)
        form.add(tagSpecifications: tags, for: ["image", "snapshot"])
        return try await service.send(form) { (root) throws(AnswerProblem) in try root.requiredText("imageId") }
    }

    /// Lets accounts launch an image, or no longer.
    package func modifyImageAttribute(
        imageID: String,
        addLaunchPermissions: [String] = [],
        removeLaunchPermissions: [String] = []
    ) async throws(AWSError) {
        var form = QueryForm("ModifyImageAttribute")
        form.add("ImageId", imageID)
        form.add(accounts: addLaunchPermissions, "LaunchPermission.Add")
        form.add(accounts: removeLaunchPermissions, "LaunchPermission.Remove")
        try await acknowledged(form)
    }

    /// Lets accounts make volumes from a snapshot, or no longer.
    package func modifySnapshotAttribute(
        snapshotID: String,
        addCreateVolumePermissions: [String] = [],
        removeCreateVolumePermissions: [String] = []
    ) async throws(AWSError) {
        var form = QueryForm("ModifySnapshotAttribute")
        form.add("SnapshotId", snapshotID)
        form.add("Attribute", "createVolumePermission")
        form.add(accounts: addCreateVolumePermissions, "CreateVolumePermission.Add")
        form.add(accounts: removeCreateVolumePermissions, "CreateVolumePermission.Remove")
        try await acknowledged(form)
    }

    /// Adds tags to resources, replacing values of keys that are there.
    package func createTags(resourceIDs: [String], tags: [String: String]) async throws(AWSError) {
        var form = QueryForm("CreateTags")
        form.add(list: "ResourceId", resourceIDs)
        form.add(tags: tags, "Tag")
        try await acknowledged(form)
    }

    /// Takes an image away; its snapshots stay.
    package func deregisterImage(imageID: String) async throws(AWSError) {
        var form = QueryForm("DeregisterImage")
        form.add("ImageId", imageID)
        try await acknowledged(form)
    }

    /// Deletes a snapshot that no image uses.
    package func deleteSnapshot(snapshotID: String) async throws(AWSError) {
        var form = QueryForm("DeleteSnapshot")
        form.add("SnapshotId", snapshotID)
        try await acknowledged(form)
    }

    /// Sends what is answered with `<return>true</return>`; some emulators leave it out, `false` is a refusal.
    func acknowledged(_ form: QueryForm) async throws(AWSError) {
        try await service.send(form) { (root) throws(AnswerProblem) in
            guard root.text("return") != "false" else { throw AnswerProblem("the answer says return=false") }
        }
    }

    /// All pages of a Describe operation. `MaxResults` may not stand beside ids, and one answer holds all of those.
    func pages<Item: Sendable>(
        _ form: QueryForm,
        _ set: String,
        isPaged: Bool,
        _ item: @Sendable (XMLElement) throws(AnswerProblem) -> Item
    ) async throws(AWSError) -> [Item] {
        var found: [Item] = []
        var next: String?
        repeat {
            var page = form
            if isPaged { page.add("MaxResults", "1000") }
            page.add("NextToken", next)
            let (items, token): ([Item], String?) = try await service.send(page) { (root) throws(AnswerProblem) in
                var items: [Item] = []
                for element in root.items(set) { items.append(try item(element)) }
                return (items, root.text("nextToken"))
            }
            found += items
            next = token?.isEmpty == false ? token : nil
        } while next != nil
        return found
    }
}
