/// Something in a manifest that a rule refuses.
package struct RuleDenial: Sendable, Hashable {
    /// Ids of the rules; none where a service has no rule that is about it.
    package var rules: [String]
    /// Where in the manifest.
    package var path: String
    /// Line of the manifest's text, from 1; `nil` where there was no text.
    package var line: Int?
    /// What stands there.
    package var found: String
    /// Why it may not.
    package var reason: String
    /// Who can change that.
    package var owner: String
    /// What to do.
    package var next: String

    /// A denial of these parts.
    package init(
        rules: [String],
        path: String,
        line: Int?,
        found: String,
        reason: String,
        owner: String,
        next: String
    ) {
        self.rules = rules
        self.path = path
        self.line = line
        self.found = found
        self.reason = reason
        self.owner = owner
        self.next = next
    }

    /// `spec.services[0] (line 7): found "write" of the service "s3"; rule s3-read (owner: …): …; do: …`.
    package var rendered: String {
        let subject =
            rules.isEmpty
            ? "no rule" : "\(rules.count == 1 ? "rule" : "rules") \(rules.joined(separator: ", "))"
        return
            "\(path)\(line.map { " (line \($0))" } ?? ""): found \(found); \(subject) (owner: \(owner)): \(reason); do: \(next)"
    }
}
