/// What `AssumeRole` is called with.
package struct AssumedRole: Sendable, Hashable {
    /// The session name where none is given.
    static let defaultSessionName = "builderd"
    /// What the service accepts for `duration`, in seconds.
    static let durationRange = 900...43_200

    /// ARN of the role.
    package var arn: String
    /// Name of the session, seen in CloudTrail: 2 to 64 of letters, digits and `=,.@_-`.
    package var sessionName: String
    /// The external id that the role's trust policy asks for.
    package var externalID: String?
    /// How long the credentials are to last, in seconds; `nil` leaves it to the service: one hour.
    package var durationSeconds: Int?

    /// A role to assume.
    package init(arn: String, sessionName: String, externalID: String? = nil, durationSeconds: Int? = nil) {
        self.arn = arn
        self.sessionName = sessionName
        self.externalID = externalID
        self.durationSeconds = durationSeconds
    }
}
