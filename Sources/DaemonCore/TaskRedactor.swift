import ActivityWorker
package import ToolSupervisor

/// One task's redactor over the supervisor's: the secrets in use also lie in the task's workspace, 0600, for whoever reads the
/// output of a tool that outlived the daemon.
package struct TaskRedactor: TaskRedacting {
    /// The supervisor's redactor, which streams of tools' output are made from.
    package let redactor: Redactor
    private let workspace: String
    private let inUse: SecretsInUse?

    /// A redactor that knows the secrets in `workspace`, if a predecessor left any.
    ///
    /// - Parameter inUse: is told of all secrets, for what waits to be logged.
    /// - Throws: `TaskFailure` `Builder.Internal` when they cannot be read: then nothing may be shown.
    package init(workspace: String, inUse: SecretsInUse? = nil) throws {
        self.workspace = workspace
        self.inUse = inUse
        do {
            redactor = try SecretsFile.load(workspace: workspace)
        } catch {
            throw Self.failure("Builder.Internal", error)
        }
        inUse?.register(redactor)
    }

    package func add(secrets: [String]) throws {
        guard !secrets.isEmpty else { return }
        do {
            try redactor.add(secrets: secrets)
        } catch {
            throw Self.failure("Builder.InputInvalid", error)
        }
        inUse?.noteAddition()
        do {
            try SecretsFile.write(redactor, workspace: workspace)
        } catch {
            if WorkFolder.isFull(error.number) {
                throw TaskFailure(
                    "Builder.Interrupted",
                    message: "The work folder is full: \(error.message).",
                    next: WorkFolder.makeRoom
                )
            }
            throw Self.failure("Builder.Internal", error)
        }
    }

    package func redact(_ text: String) -> String { redactor.redact(text) }

    private static func failure(_ name: String, _ error: RedactorError) -> TaskFailure {
        TaskFailure(
            name,
            message: error.message,
            next: name == "Builder.InputInvalid"
                ? "Use a longer secret: what is shorter cannot be told apart from ordinary text."
                : "Look at the work directory's space and mode."
        )
    }
}
