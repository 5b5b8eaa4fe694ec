/// One rule of the platform team. `RuleSet` reads and checks them.
package struct Rule: Sendable, Hashable, Decodable {
    /// Its name, once among all files.
    package var id: String
    /// Whom it is about.
    package var subject: RuleSubject
    /// What it does.
    package var effect: RuleEffect
    /// Where in the manifest, see `RulePath`.
    package var path: RulePath
    /// Which values; without one, any. Of a default, `equals` is the value that it gives.
    package var constraint: RuleConstraint?
    /// Why, for the author of a manifest who meets it.
    package var reason: String
    /// Who can change it.
    package var owner: String

    /// A rule of these parts.
    package init(
        id: String,
        subject: RuleSubject,
        effect: RuleEffect,
        path: RulePath,
        constraint: RuleConstraint? = nil,
        reason: String,
        owner: String
    ) {
        self.id = id
        self.subject = subject
        self.effect = effect
        self.path = path
        self.constraint = constraint
        self.reason = reason
        self.owner = owner
    }
}
