import AWSClient
import Pipeline

/// The table of what was released: one item for each execution that was completed, `APP#<application>` and
/// `EXEC#<entered>#<execution name>`, so that an application's releases sort by time.
struct Inventory: Sendable {
    /// The table's name.
    let table: String
    let client: DynamoDBClient

    init(environment: StageEnvironment) {
        table = environment.settings.inventoryTable
        client = DynamoDBClient(environment.aws)
    }

    /// Partition key of an application's items.
    static func pk(application: String) -> String { "APP#" + application }

    /// Hands every item of the application in this environment to `body`, a page at a time; an item that was written a moment ago is
    /// among them.
    ///
    /// All of them are read: items sort by when their executions began, and one that began later may have been completed earlier.
    func read(
        application: String,
        environment: String,
        _ body: (DynamoDBClient.Item) -> Void
    ) async throws(AWSError) {
        var start: DynamoDBClient.Item?
        repeat {
            let page = try await client.query(
                table: table,
                keyCondition: "pk = :pk",
                filter: "#environment = :environment",
                names: ["#environment": "environment"],
                values: [
                    ":pk": .string(Self.pk(application: application)), ":environment": .string(environment),
                ],
                startingAfter: start
            )
            page.items.forEach(body)
            start = page.next
        } while start != nil
    }

    /// Notes in an execution's item that its release was rolled back, so that no later roll back goes back to it.
    ///
    /// - Parameter time: ISO 8601; the first one stays.
    func markRolledBack(_ key: InventoryKey, at time: String) async throws(AWSError) {
        try await client.updateItem(
            table: table,
            key: ["pk": .string(key.pk), "sk": .string(key.sk)],
            update: "SET rolledBack = if_not_exists(rolledBack, :time)",
            condition: "attribute_exists(pk)",
            values: [":time": .string(time)]
        )
    }
}
