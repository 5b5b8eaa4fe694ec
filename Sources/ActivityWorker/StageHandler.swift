/// The work of one stage: a function over its context.
///
/// It is written as steps (`TaskContext.step`, `.tool`, `.ephemeral`) so that it can be run again from its top.
package protocol StageHandler: Sendable {
    /// Does the work and returns the stage's output as JSON text.
    ///
    /// - Throws: `TaskFailure` for what a state machine or a person can act on; `LeaseLost` from the context when the lease
    ///   ended; anything else is reported as `Builder.Internal`.
    func run(_ context: TaskContext) async throws -> String
}
