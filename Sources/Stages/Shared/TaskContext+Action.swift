import ActivityWorker
import Pipeline

extension TaskContext {
    /// Refuses what this stage cannot do.
    ///
    /// - Throws: `TaskFailure` `Builder.InputInvalid` when the envelope asks for another action.
    func requireAction(_ action: TaskHeader.Action) throws {
        guard header.action != action else { return }
        throw TaskFailure(
            .builderInputInvalid,
            message: "The stage \(stage) cannot do \"\(header.action.rawValue)\".",
            next: "Send the action \"\(action.rawValue)\" in the state's Parameters."
        )
    }
}
