/// What `POST /tasks/<task>/cancel` is answered with.
package struct CancelledDocument: Codable, Sendable, Hashable {
    /// The task that is being stopped.
    package var cancelled: String
    /// What the operator has to know besides; `nil` for nothing.
    package var warning: String?
}
