/// What holds for every application in one environment: `<environments>/<environment>.yaml`, owned by the platform team.
///
/// Decode it with `init(document:)`, which checks the closed schema and fills in the defaults.
package struct EnvironmentConfiguration: Sendable, Hashable, Codable {
    /// The environment's name; must equal the file's.
    package var environment: String
    /// Accounts that applications may run in, by 12-digit id. One that is not listed is refused.
    package var accounts: [String: AccountEntry]
    /// What stands where a manifest says nothing.
    package var defaults: EnvironmentDefaults
    /// Paths that a manifest may not set. Default none.
    package var locked: [LockedPath]

    /// A value of these parts.
    package init(
        environment: String,
        accounts: [String: AccountEntry],
        defaults: EnvironmentDefaults,
        locked: [LockedPath]
    ) {
        self.environment = environment
        self.accounts = accounts
        self.defaults = defaults
        self.locked = locked
    }
}
