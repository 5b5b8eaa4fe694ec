/// A reference to a secret: where it is, and as what it is handed to the tool.
package struct SecretReference: Sendable, Hashable, Codable {
    /// Name of the Packer or Terraform variable that receives the value.
    package var name: String
    /// Name of the SecureString parameter that holds it, from `/`.
    package var parameter: String
    /// Pinned version; `nil` reads the latest.
    package var version: Int?
    /// Stages that may read it: `bakery`, `provision`.
    package var stages: [Stage]

    /// A value of these parts.
    package init(name: String, parameter: String, version: Int? = nil, stages: [Stage]) {
        self.name = name
        self.parameter = parameter
        self.version = version
        self.stages = stages
    }
}
