import AWSClient

/// Key of an inventory item.
struct InventoryKey: Sendable, Hashable, Codable {
    /// Partition key.
    var pk: String
    /// Sort key.
    var sk: String

    init(pk: String, sk: String) {
        self.pk = pk
        self.sk = sk
    }

    /// The key of an item that was read; `nil` when it has none, which no table's item can.
    init?(_ item: DynamoDBClient.Item) {
        guard let pk = item["pk"]?.stringValue, let sk = item["sk"]?.stringValue else { return nil }
        self.init(pk: pk, sk: sk)
    }
}
