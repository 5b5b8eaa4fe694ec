/// What StartExecution says.
package struct StartedExecution: Sendable, Hashable, Decodable {
    /// ARN of the execution, new or already running.
    package let executionARN: String

    private enum CodingKeys: String, CodingKey {
        case executionARN = "executionArn"
    }
}
