/// What DescribeStateMachine says.
package struct StateMachineDescription: Sendable, Hashable, Decodable {
    /// ARN of the state machine.
    package let stateMachineARN: String
    /// Its name.
    package let name: String
    /// Its definition in the Amazon States Language, as JSON text.
    package let definition: String

    private enum CodingKeys: String, CodingKey {
        case stateMachineARN = "stateMachineArn"
        case name, definition
    }
}
