/// What DescribeExecution says.
package struct ExecutionDescription: Sendable, Hashable, Decodable {
    /// ARN of the execution.
    package let executionARN: String
    /// ARN of its state machine.
    package let stateMachineARN: String
    /// Its name, where it has one.
    package let name: String?
    /// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`.
    package let status: String
    /// Input as JSON text.
    package let input: String?
    /// Output as JSON text, once it has succeeded.
    package let output: String?
    /// Error name, once it has failed.
    package let error: String?
    /// Cause of the failure.
    package let cause: String?

    private enum CodingKeys: String, CodingKey {
        case executionARN = "executionArn"
        case stateMachineARN = "stateMachineArn"
        case name, status, input, output, error, cause
    }
}
