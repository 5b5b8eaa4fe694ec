/// `credential_process`: a program that prints credentials as JSON
/// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html).
struct ProcessCredentials: CredentialSource {
    /// From start to the end of the program.
    static let limit: Duration = .seconds(60)
    /// Most that the program may print.
    static let outputBytes = 64 * 1024

    /// What to start.
    let command: CredentialCommand
    /// The program's environment variables.
    let environment: AWSEnvironment
    /// From start to the end of the program; shorter only in tests.
    var limit = Self.limit

    func fetch() async throws(CredentialProblem) -> CredentialAnswer {
        let origin = "credential_process of profile \(command.profile) (\(command.place))"
        guard let arguments = ArgumentSplitter.split(command.text), !arguments.isEmpty else {
            throw CredentialProblem(
                "\(origin) has an open quote or names no program: write the program's path and its arguments"
            )
        }
        let ended: HelperProgram.Ended
        do {
            ended = try await HelperProgram(
                arguments: [environment.expanded(arguments[0])] + arguments.dropFirst(),
                variables: environment.variables,
                limit: limit,
                outputBytes: Self.outputBytes
            ).run()
        } catch {
            throw CredentialProblem("\(origin): \(error.message)", kind: error.isTransient ? .transient : .accessDenied)
        }
        guard ended.status == 0 else {
            let said = ErrorText.redacted(ended.standardError, secrets: environment.variables)
            throw CredentialProblem(
                "\(origin) \(ended.status > 0 ? "exited with \(ended.status)" : "was ended by signal \(-ended.status)")"
                    + (said.isEmpty ? " and said nothing" : ": \(said)")
                    + ". Run it as the daemon's user to see why"
            )
        }
        let document = try CredentialDocument(ended.standardOutput, origin: origin)
        guard document.version == 1 else {
            throw CredentialProblem(
                "\(origin) answered Version \(document.version.map(String.init) ?? "none"): only Version 1 is understood"
            )
        }
        var credentials = try document.credentials(
            source: "profile \(command.profile): credential_process",
            origin: origin,
            needsExpiration: false
        )
        if credentials.accountID == nil { credentials.accountID = command.accountID }
        return .found(credentials, outlivesExpiration: false)
    }
}
