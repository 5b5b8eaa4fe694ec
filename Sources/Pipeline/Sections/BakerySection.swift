/// Bakery's section. Written by Pre Provision as one SecureString; it holds references to secrets, never values.
package struct BakerySection: Sendable, Hashable, Codable {
    /// What every section begins with.
    package var head: SectionHead
    /// Directory name under `catalogue/packer`, for example `amazon-linux`.
    package var template: String
    /// Source image: an AMI id or a name the template resolves; `nil` leaves it to the template.
    package var source: String?
    /// Chef policy to converge, if any.
    package var chef: ChefSpec?
    /// Packer variables.
    package var variables: [String: JSONValue]
    /// Packages to install.
    package var packages: [String]
    /// Secrets of this stage.
    package var secrets: [SecretReference]

    /// A value of these parts.
    package init(
        head: SectionHead,
        template: String,
        source: String? = nil,
        chef: ChefSpec? = nil,
        variables: [String: JSONValue],
        packages: [String],
        secrets: [SecretReference]
    ) {
        self.head = head
        self.template = template
        self.source = source
        self.chef = chef
        self.variables = variables
        self.packages = packages
        self.secrets = secrets
    }
}
