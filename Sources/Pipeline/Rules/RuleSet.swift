/// The platform team's rules, read and checked. What they make of a manifest is in `RuleSet+Verdict` and `RuleSet+Defaults`.
package struct RuleSet: Sendable, Hashable {
    /// The rules, in the order of the files and in them.
    package let rules: [Rule]

    /// No rules: services are denied, and nothing else is.
    package static let none = RuleSet(rules: [])

    /// A set of these rules, which are right.
    package init(rules: [Rule]) { self.rules = rules }

    /// The rules about `release` that have this effect.
    func rules(_ effect: RuleEffect, about release: RuleSubject) -> [Rule] {
        rules.filter { $0.effect == effect && $0.subject.covers(release) }
    }
}
