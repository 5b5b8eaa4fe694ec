import AWSClient
import FoundationEssentials
import Pipeline

/// The inventory's record of a release: what runs where, from which image, proved by what.
struct InventoryItem: Sendable {
    let input: StageInput
    let head: SectionHead
    let bakery: BakeryOutput
    let provision: ProvisionOutput
    let validation: ValidationOutput
    let smokeTests: [SmokeTestResult]
    let logGroups: [String]
    /// ISO 8601.
    let recorded: String

    /// Its key: an application's releases sort by when their executions began, and an execution has one item however often Post
    /// Provision is entered.
    var key: InventoryKey {
        let entered = input.prepared.entered ?? input.envelope.entered
        return InventoryKey(
            pk: Inventory.pk(application: head.applicationId),
            sk: "EXEC#\(entered)#\(input.envelope.executionName)"
        )
    }

    /// The item's attributes. Names of parameters, never their values.
    var attributes: DynamoDBClient.Item {
        var item: DynamoDBClient.Item = [
            "pk": .string(key.pk),
            "sk": .string(key.sk),
            "schema": .number(InventoryRecord.schema),
            "execution": .string(input.envelope.execution),
            "applicationId": .string(head.applicationId),
            "environment": .string(head.environment),
            "accountId": .string(head.accountId),
            "version": .string(head.version),
            "manifestSha256": .string(input.prepared.manifestSHA256),
            "imageId": .string(bakery.imageId),
            "region": .string(bakery.region),
            "state": .string(provision.state),
            "controls": .map([
                "run": .number(validation.controls), "passed": .number(validation.passed),
                "skipped": .number(validation.skipped), "waived": .number(validation.waived),
            ]),
            "profiles": .list(validation.profiles.map { .string($0.name) }),
            "report": .string(validation.report),
            "smokeTests": .list(smokeTests.map { .string($0.name) }),
            "logGroups": .list(logGroups.map { .string($0) }),
            "parameters": InventoryRecord.attribute(input.prepared.parameters),
            "tags": .map(head.tags.mapValues { .string($0) }),
            "entered": .string(input.envelope.entered),
            "recorded": .string(recorded),
        ]
        item["endpoint"] = provision.endpoint.map { .string($0) }
        item["requestedBy"] = input.release.requestedBy.map { .string($0) }
        item["commit"] = input.release.commit.map { .string($0) }
        item["build"] = input.release.build.map { .string($0) }
        item["manifestVersionId"] = input.prepared.manifestVersionId.map { .string($0) }
        return item
    }

    /// Writes the item once: the record of a release is never overwritten. One that this execution wrote before is fine.
    ///
    /// - Returns: the key of the execution's item.
    /// - Throws: `AWSError`, with `ConditionalCheckFailedException` when another execution's record stands there.
    func put(into inventory: Inventory) async throws(AWSError) -> InventoryKey {
        if let earlier = try await earlierKey(in: inventory) { return earlier }
        let (table, client) = (inventory.table, inventory.client)
        do {
            try await client.putItem(table: table, item: attributes, condition: "attribute_not_exists(pk)")
        } catch {
            guard error.code == "ConditionalCheckFailedException" else { throw error }
            let there = try await client.getItem(table: table, key: ["pk": .string(key.pk), "sk": .string(key.sk)])
            guard there?["execution"]?.stringValue == input.envelope.execution else { throw error }
        }
        return key
    }

    /// The item that this execution has under another key: where an earlier builderd ran Pre Provision, the key has the time when
    /// Post Provision was entered, and that is another one after a redrive.
    private func earlierKey(in inventory: Inventory) async throws(AWSError) -> InventoryKey? {
        guard input.prepared.entered == nil else { return nil }
        var found = CompletedReleases(besides: input.envelope.execution)
        try await inventory.read(application: head.applicationId, environment: head.environment) { found.take($0) }
        return found.own
    }
}
