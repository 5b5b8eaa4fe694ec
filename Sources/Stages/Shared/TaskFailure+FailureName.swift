package import ActivityWorker
package import Pipeline

extension TaskFailure {
    /// A failure of this name.
    package init(
        _ name: FailureName,
        message: String,
        next: String,
        step: String? = nil,
        detail: String? = nil
    ) {
        self.init(name.rawValue, message: message, next: next, step: step, detail: detail)
    }
}
