/// What is asked of a stage.
package enum EnvelopeAction: String, Sendable, Hashable, Codable, CaseIterable {
    /// Do the stage's work.
    case run
    /// Undo it: Provision's roll back, to the last completed release or, where there was none, to no stack.
    case destroy
    /// Answered by the worker itself: a canary for the whole path.
    case ping
}
