/// The four sections that Pre Provision writes, one for each stage after it.
package struct MergedSections: Sendable, Hashable {
    /// For Bakery.
    package var bakery: BakerySection
    /// For Provision.
    package var provision: ProvisionSection
    /// For Validation.
    package var validation: ValidationSection
    /// For Post Provision.
    package var postProvision: PostProvisionSection

    /// Sections of these parts.
    package init(
        bakery: BakerySection,
        provision: ProvisionSection,
        validation: ValidationSection,
        postProvision: PostProvisionSection
    ) {
        self.bakery = bakery
        self.provision = provision
        self.validation = validation
        self.postProvision = postProvision
    }
}
