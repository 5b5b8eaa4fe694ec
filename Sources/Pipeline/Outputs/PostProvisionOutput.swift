/// What Post Provision returns into `$.stages.postProvision` of the execution's state.
package struct PostProvisionOutput: Sendable, Hashable, Codable {
    /// Results in the order they ran.
    package var smokeTests: [SmokeTestResult]
    /// Log groups that exist with their retention and key.
    package var logGroups: [String]
    /// Inventory item's table and key.
    package var inventory: InventoryReference

    /// A value of these parts.
    package init(smokeTests: [SmokeTestResult], logGroups: [String], inventory: InventoryReference) {
        self.smokeTests = smokeTests
        self.logGroups = logGroups
        self.inventory = inventory
    }
}
