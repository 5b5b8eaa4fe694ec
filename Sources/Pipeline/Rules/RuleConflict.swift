/// Two rules give different defaults for one path to one release, and neither names its subject more closely.
package struct RuleConflict: Error, Sendable, Hashable {
    /// Where in the manifest.
    package let path: String
    /// Ids of the two.
    package let rules: [String]

    /// A conflict of these rules.
    package init(path: String, rules: [String]) {
        self.path = path
        self.rules = rules
    }

    /// One sentence for a person.
    package var description: String {
        "The rules \(rules.joined(separator: " and ")) give different defaults for \(path), and neither has the closer subject."
    }
}
