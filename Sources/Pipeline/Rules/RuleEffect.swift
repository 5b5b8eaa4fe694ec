/// What a rule does with what a manifest says at its path. A denial comes before a lock, and a lock before an allowance.
package enum RuleEffect: String, Sendable, Hashable, Codable, CaseIterable {
    /// Only values that a rule allows may stand there. Services are refused where no rule allows them.
    case allow
    /// The values that the constraint describes, or without one any, may not stand there.
    case deny
    /// Gives a value where the manifest says nothing.
    case defaultValue = "default"
    /// The manifest may say nothing there.
    case lock
    /// As `deny`, until the owner has approved; this version cannot record an approval, so it refuses.
    case requireApproval = "require-approval"
}
