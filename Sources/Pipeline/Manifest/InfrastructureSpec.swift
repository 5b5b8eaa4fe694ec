/// What Provision applies.
package struct InfrastructureSpec: Sendable, Hashable, Codable {
    /// Folder under `catalogue/terraform`.
    package var module: String
    /// Terraform variables that the module declares. Default none.
    package var variables: [String: JSONValue]

    /// A value of these parts.
    package init(module: String, variables: [String: JSONValue]) {
        self.module = module
        self.variables = variables
    }
}
