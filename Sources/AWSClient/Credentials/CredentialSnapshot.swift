package import FoundationEssentials

/// What `/status` and `/readyz` say about credentials.
package struct CredentialSnapshot: Sendable, Hashable {
    /// Where the current ones came from; `nil` while there are none.
    package var source: String?
    /// When the service stops accepting them; `nil` for ever, or while there are none.
    package var expiration: Date?
    /// Why the last refresh failed; `nil` after one that did not. No secret.
    package var lastFailure: String?
    /// Whether they are used past their expiration, because no newer ones can be had.
    package var outlivesExpiration: Bool

    /// A snapshot of these parts.
    package init(source: String?, expiration: Date?, lastFailure: String?, outlivesExpiration: Bool) {
        self.source = source
        self.expiration = expiration
        self.lastFailure = lastFailure
        self.outlivesExpiration = outlivesExpiration
    }

    /// Whether a call at `now` has credentials that its service may accept.
    package func isValid(at now: Date) -> Bool {
        source != nil && (outlivesExpiration || expiration.map { now < $0 } ?? true)
    }
}
