/// One place that credentials may come from. It keeps nothing but what it needs to ask again.
package protocol CredentialSource: Sendable {
    /// Asks the place anew.
    ///
    /// - Returns: credentials, or why the place is not in use here, so that the next one is asked.
    /// - Throws: `CredentialProblem` when the place is in use and fails; then no other is asked, because it would be another
    ///   identity.
    func fetch() async throws(CredentialProblem) -> CredentialAnswer
}

/// What a source of credentials answers.
package enum CredentialAnswer: Sendable, Hashable {
    /// Credentials. `outlivesExpiration`: when no newer ones can be had they are used past their expiration, and the
    /// service decides (static stability; instance metadata and container).
    case found(Credentials, outlivesExpiration: Bool)
    /// The source is not configured; the text says which setting is absent.
    case notConfigured(String)
}

/// Why a source that is in use gave no credentials.
package struct CredentialProblem: Error, Sendable {
    /// The source, what went wrong, what to do. Never a secret.
    package let message: String
    /// `.accessDenied` when a person must act; `.transient`, `.throttling` when the same may work later.
    package let kind: AWSError.Kind
    /// The error underneath, if any.
    package let underlying: (any Error)?

    /// A problem of these parts.
    package init(_ message: String, kind: AWSError.Kind = .accessDenied, underlying: (any Error)? = nil) {
        self.message = message
        self.kind = kind
        self.underlying = underlying
    }

    /// A failed STS call.
    init(_ message: String, sts error: AWSError) {
        let kind: AWSError.Kind = error.kind == .rejected || error.kind == .notFound ? .accessDenied : error.kind
        self.init("\(message): \(error.code.rawValue): \(error.message)", kind: kind, underlying: error)
    }

    /// As the error that `CredentialProvider` promises.
    var awsError: AWSError {
        AWSError(
            code: .credentialsUnavailable,
            kind: kind,
            message: message,
            operation: "credentials.Fetch",
            attempts: 1,
            underlying: underlying
        )
    }
}
