/// Whether a value is one of those that a constraint describes.
package enum RuleMatch: Sendable, Hashable {
    /// It is.
    case yes
    /// It is not.
    case no
    /// That cannot be told: text where a number is compared, a secret, a very long text. Allows nothing and is denied.
    case undecided
}
