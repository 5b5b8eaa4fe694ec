/// The work of one stage: a function over its context.
///
/// It is written as steps (`TaskContext.step`, `.tool`, `.ephemeral`) so that it can be run again from its top.
package protocol StageHandler: Sendable {
    /// Does the work and returns the stage's output as JSON text.
    ///
    /// - Throws: `TaskFailure` for what a state machine or a person can act on; `LeaseLost` from the context when the lease
    ///   ended; anything else is reported as `Builder.Internal`.
    func run(_ context: TaskContext) async throws -> String

    /// Removes what this attempt may have left on the host or in the accounts: locks, half-made resources. Called before a failure is
    /// reported, so that the retry does not meet them; also after the lease was lost, and for an attempt that a power loss cut off,
    /// whose workspace is a new one. The tools of the attempt are over. Runs under its own deadline and is cancelled then; steps are not
    /// recorded. It must find by itself whether there is anything to do, and it throws nothing: what fails it logs.
    func cleanUp(_ context: TaskContext) async
}

extension StageHandler {
    /// Nothing to remove.
    package func cleanUp(_ context: TaskContext) async {}
}
