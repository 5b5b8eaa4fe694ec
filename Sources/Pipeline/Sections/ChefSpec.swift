/// Chef's part of the image.
package struct ChefSpec: Sendable, Hashable, Codable {
    /// Directory name under `catalogue/chef`.
    package var policy: String
    /// Node attributes.
    package var attributes: [String: JSONValue]

    /// A value of these parts.
    package init(policy: String, attributes: [String: JSONValue]) {
        self.policy = policy
        self.attributes = attributes
    }
}
