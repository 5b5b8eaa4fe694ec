/// One page of a query.
package struct ItemPage: Sendable, Hashable {
    /// The items of this page; may be none.
    package let items: [DynamoDBClient.Item]
    /// Where the next page begins; `nil` on the last one.
    package let next: DynamoDBClient.Item?

    /// A page of these items.
    package init(items: [DynamoDBClient.Item], next: DynamoDBClient.Item?) {
        self.items = items
        self.next = next
    }
}
