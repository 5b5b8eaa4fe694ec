/// What Bakery builds.
package struct ImageSpec: Sendable, Hashable, Codable {
    /// Folder under `catalogue/packer`.
    package var template: String
    /// Source image: an AMI id or a name the template resolves; `nil` leaves it to the template.
    package var source: String?
    /// Chef policy to converge, if any.
    package var chef: ChefSpec?
    /// Packer variables that the template declares. Default none.
    package var variables: [String: JSONValue]
    /// Packages to install. Default none.
    package var packages: [String]

    /// A value of these parts.
    package init(
        template: String,
        source: String? = nil,
        chef: ChefSpec? = nil,
        variables: [String: JSONValue],
        packages: [String]
    ) {
        self.template = template
        self.source = source
        self.chef = chef
        self.variables = variables
        self.packages = packages
    }
}
