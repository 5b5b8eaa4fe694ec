/// What stands where a manifest says nothing. Variables and inputs are joined by name, the manifest's win.
package struct EnvironmentDefaults: Sendable, Hashable, Codable {
    /// For Packer.
    package var image: VariableDefaults
    /// For Terraform.
    package var infrastructure: VariableDefaults
    /// For Validation.
    package var validation: ValidationDefaults
    /// For log groups.
    package var logging: LoggingDefaults

    /// A value of these parts.
    package init(
        image: VariableDefaults,
        infrastructure: VariableDefaults,
        validation: ValidationDefaults,
        logging: LoggingDefaults
    ) {
        self.image = image
        self.infrastructure = infrastructure
        self.validation = validation
        self.logging = logging
    }
}
