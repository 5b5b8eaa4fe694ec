/// Where the inventory item is.
package struct InventoryReference: Sendable, Hashable, Codable {
    /// Table name.
    package var table: String
    /// Partition key.
    package var pk: String
    /// Sort key.
    package var sk: String

    /// A value of these parts.
    package init(table: String, pk: String, sk: String) {
        self.table = table
        self.pk = pk
        self.sk = sk
    }
}
