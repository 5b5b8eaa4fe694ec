package import FoundationEssentials

/// A set of AWS credentials to sign with.
package struct Credentials: Sendable, Hashable {
    /// Access key id; not a secret, but not logged whole either.
    package var accessKeyID: String
    /// Secret access key.
    package var secretAccessKey: String
    /// Session token of temporary credentials.
    package var sessionToken: String?
    /// When the service stops accepting them; `nil` for ever.
    package var expiration: Date?
    /// The account they belong to, where the source says so.
    package var accountID: String?
    /// Where they came from, for `/status` and errors: `environment`, `profile prod`, `imds role builder`, …
    package var source: String

    /// Credentials of these parts.
    package init(
        accessKeyID: String,
        secretAccessKey: String,
        sessionToken: String? = nil,
        expiration: Date? = nil,
        accountID: String? = nil,
        source: String
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
        self.accountID = accountID
        self.source = source
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The source and the last four characters of the key id; never a secret.
    package var description: String { "\(source) …\(accessKeyID.suffix(4))" }
    /// As `description`, so that a debug print leaks nothing either.
    package var debugDescription: String { description }
    /// Empty, so that `dump` leaks nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
