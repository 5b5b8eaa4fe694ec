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

    /// `APP#<application>`.
    var pk: String { "APP#" + head.applicationId }
    /// `EXEC#<entered>#<execution name>`: an application's releases sort by time.
    var sk: String { "EXEC#\(input.envelope.entered)#\(input.envelope.executionName)" }

    /// The item's attributes. Names of parameters, never their values.
    var attributes: DynamoDBClient.Item {
        var item: DynamoDBClient.Item = [
            "pk": .string(pk),
            "sk": .string(sk),
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
            "parameters": .list(
                input.prepared.parameters.values.map { "\($0.name):\($0.version)" }.sorted().map { .string($0) }
            ),
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
    /// - Throws: `AWSError`, with `ConditionalCheckFailedException` when another execution's record stands there.
    func put(to table: String, with client: DynamoDBClient) async throws(AWSError) {
        do {
            try await client.putItem(table: table, item: attributes, condition: "attribute_not_exists(pk)")
        } catch {
            guard error.code == "ConditionalCheckFailedException" else { throw error }
            let there = try await client.getItem(table: table, key: ["pk": .string(pk), "sk": .string(sk)])
            guard there?["execution"]?.stringValue == input.envelope.execution else { throw error }
        }
    }
}
