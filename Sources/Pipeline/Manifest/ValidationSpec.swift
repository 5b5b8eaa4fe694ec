/// What Validation proves.
package struct ValidationSpec: Sendable, Hashable, Codable {
    /// Folders under `catalogue/inspec`, run after the environment's own. Default none.
    package var profiles: [String]
    /// Inputs for every profile. Default none.
    package var inputs: [String: JSONValue]
    /// Controls that may fail until a date. Default none.
    package var waivers: [Waiver]

    /// A value of these parts.
    package init(profiles: [String], inputs: [String: JSONValue], waivers: [Waiver]) {
        self.profiles = profiles
        self.inputs = inputs
        self.waivers = waivers
    }
}
