/// The five stages of a release, in order.
package enum Stage: String, Sendable, Hashable, Codable, CaseIterable {
    /// Validates and merges the manifest, writes the parameters.
    case preProvision
    /// Builds and shares the image.
    case bakery
    /// Applies the infrastructure; also `destroy`.
    case provision
    /// Proves compliance.
    case validation
    /// Smoke tests, log groups, inventory.
    case postProvision

    /// The state's name in the state machine, for example `Pre Provision`.
    package var stateName: String {
        switch self {
        case .preProvision: "Pre Provision"
        case .bakery: "Bakery"
        case .provision: "Provision"
        case .validation: "Validation"
        case .postProvision: "Post Provision"
        }
    }
}
