/// The DynamoDB operations that the inventory uses (AWS JSON 1.0).
///
/// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html
package struct DynamoDBClient: Sendable {
    /// An item or a key: attribute names and values.
    package typealias Item = [String: AttributeValue]

    private let service: JSONService

    /// A client of this configuration; copies share retry budget, clock correction and signing key.
    package init(_ configuration: AWSConfiguration, environment: RuntimeEnvironment = .system) {
        service = JSONService(
            ServiceRuntime(configuration, service: .dynamodb, environment: environment),
            version: .v1_0,
            target: "DynamoDB_20120810"
        )
    }

    /// Writes an item, replacing one with the same key.
    ///
    /// - Parameters:
    ///   - condition: what must hold, for example `attribute_not_exists(pk)`; else `ConditionalCheckFailedException`.
    ///     After an ambiguous attempt that error can come from our own write: `mayHaveActed` says so.
    package func putItem(
        table: String,
        item: Item,
        condition: String? = nil
    ) async throws(AWSError) {
        var request = ItemRequest(TableName: table)
        request.Item = item
        request.ConditionExpression = condition
        try await service.acknowledged("PutItem", request)
    }

    /// Reads an item; `nil` when there is none.
    ///
    /// - Parameter consistent: whether every write that has succeeded must be seen. Default `true`.
    package func getItem(table: String, key: Item, consistent: Bool = true) async throws(AWSError) -> Item? {
        var request = ItemRequest(TableName: table)
        request.Key = key
        request.ConsistentRead = consistent
        let answer: GetItemAnswer = try await service.send("GetItem", request)
        return answer.Item
    }
}

/// What PutItem and GetItem are asked with; each leaves out what is not its own.
private struct ItemRequest: Encodable {
    var TableName: String
    var Item: DynamoDBClient.Item?
    var Key: DynamoDBClient.Item?
    var ConsistentRead: Bool?
    var ConditionExpression: String?
}

private struct GetItemAnswer: Decodable {
    var Item: DynamoDBClient.Item?
}
