/// Where the client gets the credentials for the next attempt.
package protocol CredentialProvider: Sendable {
    /// Credentials that are good now.
    ///
    /// - Throws: `AWSError` with code `.credentialsUnavailable`, its message naming every source tried and what to do.
    func credentials() async throws(AWSError) -> Credentials

    /// Told that the service refused these as expired: the next call must not return them unless no others can be had.
    func invalidate(_ credentials: Credentials) async
}

/// Credentials that never change.
package struct StaticCredentials: CredentialProvider {
    private let value: Credentials

    /// Always answers `value`.
    package init(_ value: Credentials) { self.value = value }

    package func credentials() async throws(AWSError) -> Credentials { value }
    package func invalidate(_ credentials: Credentials) async {}
}
