/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_ACCOUNT_ID`; a blank one counts as unset.
struct EnvironmentCredentials: CredentialSource {
    /// The surroundings that have the variables.
    let environment: AWSEnvironment

    func fetch() async throws(CredentialProblem) -> CredentialAnswer {
        switch (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]) {
        case (let key?, let secret?):
            let credentials = Credentials(
                accessKeyID: key,
                secretAccessKey: secret,
                sessionToken: environment["AWS_SESSION_TOKEN"],
                accountID: environment["AWS_ACCOUNT_ID"],
                source: "environment"
            )
            return .found(credentials, outlivesExpiration: false)
        case (nil, nil):
            return .notConfigured("AWS_ACCESS_KEY_ID is not set")
        case (nil, _):
            throw CredentialProblem("AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID: set both or neither")
        case (_, nil):
            throw CredentialProblem("AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY: set both or neither")
        }
    }
}
