/// What the application wants of each stage.
package struct ManifestSpec: Sendable, Hashable, Codable {
    /// For Bakery.
    package var image: ImageSpec
    /// For Provision.
    package var infrastructure: InfrastructureSpec
    /// Services it asks to use; the rules judge them, nothing here grants them. Default none.
    package var services: [ServiceSpec]
    /// For Validation.
    package var validation: ValidationSpec
    /// For Post Provision.
    package var logging: LoggingSpec
    /// How the new version takes over.
    package var release: ReleaseSpec
    /// References to secrets, never values. Default none.
    package var secrets: [SecretReference]

    /// A value of these parts.
    package init(
        image: ImageSpec,
        infrastructure: InfrastructureSpec,
        services: [ServiceSpec],
        validation: ValidationSpec,
        logging: LoggingSpec,
        release: ReleaseSpec,
        secrets: [SecretReference]
    ) {
        self.image = image
        self.infrastructure = infrastructure
        self.services = services
        self.validation = validation
        self.logging = logging
        self.release = release
        self.secrets = secrets
    }
}
