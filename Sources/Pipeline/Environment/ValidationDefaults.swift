/// Profiles and inputs of every validation in the environment.
package struct ValidationDefaults: Sendable, Hashable, Codable {
    /// Folders under `catalogue/inspec`, run before the manifest's own: a manifest can add to them, never remove. Default none.
    package var profiles: [String]
    /// Inputs for every profile. Default none.
    package var inputs: [String: JSONValue]

    /// A value of these parts.
    package init(profiles: [String], inputs: [String: JSONValue]) {
        self.profiles = profiles
        self.inputs = inputs
    }
}
