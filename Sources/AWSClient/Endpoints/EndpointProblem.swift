/// Why no endpoint can be given; becomes an `AWSError` with code `.endpointUnresolved`.
struct EndpointProblem: Error, Sendable, Hashable {
    /// What is wrong and what to do.
    let message: String

    /// A problem with this sentence.
    init(_ message: String) { self.message = message }
}
