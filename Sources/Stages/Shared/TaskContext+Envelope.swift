package import ActivityWorker
package import Pipeline

extension TaskContext {
    /// The task's envelope.
    ///
    /// - Throws: `Builder.InputInvalid` with every problem at once.
    package func envelope() throws(TaskFailure) -> Envelope {
        do {
            return try Envelope(json: input)
        } catch {
            throw TaskFailure(invalidInput: error)
        }
    }
}

extension TaskFailure {
    /// The failure for a document of the execution's state that is not what it must be.
    package init(invalidInput problems: DocumentProblems) {
        self.init(
            .builderInputInvalid,
            message: problems.summary,
            next:
                "Correct the state machine's Parameters or the release that started the execution, then start it again.",
            detail: problems.rendered
        )
    }
}

extension Envelope {
    /// The release.
    ///
    /// - Throws: `Builder.InputInvalid` when there is none, which only a ping may have.
    package func requireRelease() throws(TaskFailure) -> Release {
        if let release { return release }
        throw TaskFailure(
            .builderInputInvalid,
            message: "The envelope has no release.",
            next: "Pass the release in the state's Parameters."
        )
    }
}
