import Pipeline

/// What Terraform is to bring about: a release's stack, an earlier release's, or none.
struct ProvisionTarget: Sendable {
    /// What is done, as the output's `action` says it.
    enum Action: String, Sendable {
        /// Apply this release.
        case apply
        /// Apply an earlier release again.
        case restore
        /// Take the stack down.
        case destroy
    }

    /// What is done.
    var action: Action
    /// The section of the release that is applied or destroyed.
    var section: ProvisionSection
    /// The image that its stack runs; empty where there was none to destroy.
    var imageID: String
    /// The release that `restore` goes back to.
    var restored: RestoredRelease?

    /// Whether Terraform plans a destroy.
    var isDestroy: Bool { action == .destroy }
}
