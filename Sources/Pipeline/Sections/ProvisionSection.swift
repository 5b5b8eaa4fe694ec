/// Provision's section. Written by Pre Provision as one SecureString; it holds references to secrets, never values.
package struct ProvisionSection: Sendable, Hashable, Codable {
    /// What every section begins with.
    package var head: SectionHead
    /// Directory name under `catalogue/terraform`.
    package var module: String
    /// Terraform variables of the application; the stage adds `application_id`, `environment`, `release_version`, `image_id`, `tags`.
    package var variables: [String: JSONValue]
    /// Secrets of this stage.
    package var secrets: [SecretReference]

    /// A value of these parts.
    package init(head: SectionHead, module: String, variables: [String: JSONValue], secrets: [SecretReference]) {
        self.head = head
        self.module = module
        self.variables = variables
        self.secrets = secrets
    }
}
