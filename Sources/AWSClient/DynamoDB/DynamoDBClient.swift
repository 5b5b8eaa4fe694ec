/// The DynamoDB operations that the inventory uses (AWS JSON 1.0).
///
/// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html
package struct DynamoDBClient: Sendable {
    /// An item or a key: attribute names and values.
    package typealias Item = [String: AttributeValue]

    let service: JSONService

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
    ///   - names: expression attribute names, `#x` to name.
    ///   - values: expression attribute values, `:x` to value.
    package func putItem(
        table: String,
        item: Item,
        condition: String? = nil,
        names: [String: String] = [:],
        values: Item = [:]
    ) async throws(AWSError) {
        var request = ItemRequest(TableName: table)
        request.Item = item
        request.ConditionExpression = condition
        request.setExpression(names: names, values: values)
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

    /// Changes attributes of an item, making it when there is none.
    ///
    /// - Parameter update: an update expression, for example `SET #s = :s`.
    package func updateItem(
        table: String,
        key: Item,
        update: String,
        condition: String? = nil,
        names: [String: String] = [:],
        values: Item = [:]
    ) async throws(AWSError) {
        var request = ItemRequest(TableName: table)
        request.Key = key
        request.UpdateExpression = update
        request.ConditionExpression = condition
        request.setExpression(names: names, values: values)
        try await service.acknowledged("UpdateItem", request)
    }
}

/// What PutItem, GetItem and UpdateItem are asked with; each leaves out what is not its own.
private struct ItemRequest: Encodable {
    var TableName: String
    var Item: DynamoDBClient.Item?
    var Key: DynamoDBClient.Item?
    var ConsistentRead: Bool?
    var UpdateExpression: String?
    var ConditionExpression: String?
    var ExpressionAttributeNames: [String: String]?
    var ExpressionAttributeValues: DynamoDBClient.Item?

    /// Sets names and values; empty ones are left out, because the service refuses them.
    mutating func setExpression(names: [String: String], values: DynamoDBClient.Item) {
        ExpressionAttributeNames = names.isEmpty ? nil : names
        ExpressionAttributeValues = values.isEmpty ? nil : values
    }
}

private struct GetItemAnswer: Decodable {
    var Item: DynamoDBClient.Item?
}
