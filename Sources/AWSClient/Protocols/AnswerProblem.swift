/// Why a complete answer is not what the protocol says; becomes an `AWSError` with code `.malformedAnswer`.
struct AnswerProblem: Error, Sendable, Hashable {
    /// What is wrong with it. Never quotes the answer: it may hold a token or a secret.
    let message: String

    /// A problem with this sentence.
    init(_ message: String) { self.message = message }
}
