import AWSClient

/// Runs AWS calls of a stage; what they fail with becomes a failure that a state machine and a person can act on.
enum AWSCall {
    /// Runs `body`; an `AWSError` becomes a `TaskFailure` `AWS.*`.
    ///
    /// - Parameter doing: what is being done, as it follows "while": `reading the image ami-…`.
    static func run<Result: Sendable>(
        _ doing: String,
        step: String,
        _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as AWSError {
            throw awsFailure(error, doing: doing, step: step)
        }
    }
}
