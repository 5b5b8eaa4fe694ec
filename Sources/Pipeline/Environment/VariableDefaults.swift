/// Variables of one tool.
package struct VariableDefaults: Sendable, Hashable, Codable {
    /// Values by variable name. Default none.
    package var variables: [String: JSONValue]

    /// A value of these parts.
    package init(variables: [String: JSONValue]) {
        self.variables = variables
    }
}
