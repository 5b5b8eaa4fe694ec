/// A value that a manifest has at a rule's path.
struct RuleOccurrence: Sendable, Hashable {
    /// Where it stands.
    var path: String
    /// Line of the manifest's text, from 1.
    var line: Int?
    /// The value; `nil` when it is not known here, as a secret's.
    var value: JSONValue?
    /// What stands there, in words.
    var found: String
}
