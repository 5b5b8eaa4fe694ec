import AWSClient
import Pipeline

/// Finds, among an application's inventory items, this execution's own and the last release that was completed before.
struct CompletedReleases: Sendable {
    private let execution: String
    /// Key of this execution's own item: it was completed, and then the state machine gave up on it.
    private(set) var own: InventoryKey?
    /// The last item of another execution whose release was not rolled back.
    private(set) var last: DynamoDBClient.Item?
    private var lastCompleted = Int64.min

    /// - Parameter execution: ARN of this execution.
    init(besides execution: String) { self.execution = execution }

    /// Takes one item.
    mutating func take(_ item: DynamoDBClient.Item) {
        if item["execution"]?.stringValue == execution {
            own = InventoryKey(item)
            return
        }
        guard item["rolledBack"] == nil else { return }
        // When Post Provision was entered, by Step Functions' clock. An item that does not say is taken for the last one: it cannot
        // be gone back to, and so is said to be broken rather than passed over.
        let completed = item["entered"]?.stringValue.flatMap(Timestamp.milliseconds) ?? .max
        guard completed > lastCompleted else { return }
        (last, lastCompleted) = (item, completed)
    }
}
