/// Validation's section. Written by Pre Provision as one SecureString; it holds references to secrets, never values.
package struct ValidationSection: Sendable, Hashable, Codable {
    /// What every section begins with.
    package var head: SectionHead
    /// Directory names under `catalogue/inspec`, run in order.
    package var profiles: [String]
    /// Inputs for every profile; the stage adds `endpoint`, `image_id` and Provision's outputs.
    package var inputs: [String: JSONValue]
    /// Controls that may fail until a date.
    package var waivers: [Waiver]

    /// A value of these parts.
    package init(head: SectionHead, profiles: [String], inputs: [String: JSONValue], waivers: [Waiver]) {
        self.head = head
        self.profiles = profiles
        self.inputs = inputs
        self.waivers = waivers
    }
}
