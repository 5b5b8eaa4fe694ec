/// What GetCallerIdentity says.
package struct CallerIdentity: Sendable, Hashable {
    /// Account id, 12 digits.
    package let account: String
    /// ARN of the caller.
    package let arn: String
    /// Unique id of the caller.
    package let userID: String
}
