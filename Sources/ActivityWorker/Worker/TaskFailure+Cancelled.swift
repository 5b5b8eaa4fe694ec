extension TaskFailure {
    /// The failure of a task that an operator, `who`, has cancelled.
    ///
    /// - Parameters:
    ///   - step: where the stage was.
    ///   - detail: what it failed with, where that says more than that it was told to end.
    static func cancelled(by who: String, step: String? = nil, detail: String? = nil) -> TaskFailure {
        TaskFailure(
            .cancelled,
            message: "\(who) cancelled the task (builderctl task cancel), so the stage was stopped.",
            next: "Ask them why. It is not retried: redrive the execution, or release again with another build.",
            step: step,
            detail: detail
        )
    }
}
