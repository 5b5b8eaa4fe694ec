extension DynamoDBClient {
    /// Reads one page of the items with one partition key, in the order of their sort keys.
    ///
    /// A page may hold no item and still have a next one: what the filter leaves out counts towards the page's 1 MB.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
    ///
    /// - Parameters:
    ///   - keyCondition: for example `pk = :pk`.
    ///   - filter: what an item must be to be returned; it is read all the same.
    ///   - consistent: whether every write that has succeeded must be seen. Default `true`.
    ///   - start: `next` of the page before; `nil` for the first one.
    package func query(
        table: String,
        keyCondition: String,
        filter: String? = nil,
        names: [String: String] = [:],
        values: Item = [:],
        consistent: Bool = true,
        startingAfter start: Item? = nil
    ) async throws(AWSError) -> ItemPage {
        let request = QueryRequest(
            TableName: table,
            KeyConditionExpression: keyCondition,
            FilterExpression: filter,
            ExpressionAttributeNames: names.isEmpty ? nil : names,
            ExpressionAttributeValues: values.isEmpty ? nil : values,
            ConsistentRead: consistent,
            ExclusiveStartKey: start
        )
        let answer: QueryAnswer = try await service.send("Query", request)
        return ItemPage(items: answer.Items, next: answer.LastEvaluatedKey)
    }
}

private struct QueryRequest: Encodable {
    var TableName: String
    var KeyConditionExpression: String
    var FilterExpression: String?
    var ExpressionAttributeNames: [String: String]?
    var ExpressionAttributeValues: DynamoDBClient.Item?
    var ConsistentRead: Bool
    var ExclusiveStartKey: DynamoDBClient.Item?
}

private struct QueryAnswer: Decodable {
    var Items: [DynamoDBClient.Item]
    var LastEvaluatedKey: DynamoDBClient.Item?
}
