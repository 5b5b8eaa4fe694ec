import Testing

@testable import AWSClient

/// The clients of EC2 and DynamoDB against moto.
@Suite(.enabled(if: AWSEmulator.moto != nil, "BUILDERD_TEST_MOTO is not set: run Tests/run"))
struct AWSMotoTests {
    @Test("an image is found, copied, tagged, shared, and taken away with its snapshots")
    func images() async throws {
        let client = EC2Client(try AWSEmulator.configuration(AWSEmulator.moto))
        let source = try #require(try await client.describeImages(owners: ["amazon"]).first)
        let name = AWSEmulator.unique("copy")
        let copy = try await client.copyImage(
            sourceImageID: source.imageID,
            sourceRegion: "us-east-1",
            name: name,
            description: "a & b",
            clientToken: AWSEmulator.unique("t"),
            encrypted: true,
            tags: ["builderd:execution": "e/1"]
        )
        try await client.createTags(resourceIDs: [copy], tags: ["second": "é <&>", "empty": ""])
        let image = try #require(try await client.describeImages(imageIDs: [copy]).first)
        #expect(image.name == name && image.state == "available")
        #expect(image.tags["second"] == "é <&>" && image.tags["empty"] == "")
        let found = try await client.describeImages(owners: ["self"], filters: [EC2Filter("name", [name])])
        #expect(found.map(\.imageID) == [copy])

        try await client.modifyImageAttribute(imageID: copy, addLaunchPermissions: ["111122223333", "444455556666"])
        try await client.modifyImageAttribute(imageID: copy, removeLaunchPermissions: ["444455556666"])
        let snapshotID = try #require(image.volumes.first?.snapshotID)
        let snapshot = try #require(try await client.describeSnapshots(snapshotIDs: [snapshotID]).first)
        #expect(snapshot.snapshotID == snapshotID && snapshot.state == "completed")
        try await client.modifySnapshotAttribute(snapshotID: snapshotID, addCreateVolumePermissions: ["111122223333"])
        try await client.modifySnapshotAttribute(
            snapshotID: snapshotID,
            removeCreateVolumePermissions: ["111122223333"]
        )

        try await client.deregisterImage(imageID: copy)
        #expect(try await client.describeImages(owners: ["self"], filters: [EC2Filter("name", [name])]).isEmpty)
        try await client.deleteSnapshot(snapshotID: snapshotID)
        do {
            _ = try await client.describeSnapshots(snapshotIDs: [snapshotID])
            Issue.record("a deleted snapshot is still there")
        } catch {
            #expect(error.code == "InvalidSnapshot.NotFound" && error.kind == .notFound)
        }
    }

    @Test("an image that does not exist is not found, by EC2's own name for it")
    func missingImage() async throws {
        let client = EC2Client(try AWSEmulator.configuration(AWSEmulator.moto))
        do {
            _ = try await client.describeImages(imageIDs: ["ami-0123456789abcdef0"])
            Issue.record("an image that does not exist was described")
        } catch {
            #expect(
                error.code == "InvalidAMIID.NotFound" && error.kind == .notFound && error.requestID?.isEmpty == false
            )
        }
    }

    @Test("an item is put once, and read back with every kind of value")
    func items() async throws {
        let configuration = try AWSEmulator.configuration(AWSEmulator.moto)
        let client = DynamoDBClient(configuration)
        let table = try await makeTable(configuration)
        let key: DynamoDBClient.Item = ["pk": "APP#hello", "sk": "EXEC#1"]
        let item = key.merging([
            "n": .number(5), "l": .list(["é", .null, .bool(true)]), "m": .map(["x": .number("1.5")]),
        ]) { old, _ in old }
        #expect(try await client.getItem(table: table, key: key) == nil)
        try await client.putItem(table: table, item: item, condition: "attribute_not_exists(pk)")
        #expect(try await client.getItem(table: table, key: key) == item)
        do {
            try await client.putItem(table: table, item: item, condition: "attribute_not_exists(pk)")
            Issue.record("an item was put twice")
        } catch {
            #expect(error.code == "ConditionalCheckFailedException" && error.kind == .rejected)
        }
        do {
            _ = try await client.getItem(table: AWSEmulator.unique("none"), key: key)
            Issue.record("a table that does not exist was read")
        } catch {
            #expect(error.code == "ResourceNotFoundException" && error.kind == .notFound)
        }
    }

    private struct CreateTable: Encodable {
        var TableName: String
        var BillingMode = "PAY_PER_REQUEST"
        var AttributeDefinitions = ["pk", "sk"].map { ["AttributeName": $0, "AttributeType": "S"] }
        var KeySchema = [["AttributeName": "pk", "KeyType": "HASH"], ["AttributeName": "sk", "KeyType": "RANGE"]]
    }

    private func makeTable(_ configuration: AWSConfiguration) async throws -> String {
        let name = AWSEmulator.unique("table")
        let runtime = ServiceRuntime(configuration, service: .dynamodb, environment: .system)
        try await JSONService(runtime, version: .v1_0, target: "DynamoDB_20120810").acknowledged(
            "CreateTable",
            CreateTable(TableName: name)
        )
        return name
    }
}
