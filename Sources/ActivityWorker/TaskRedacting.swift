/// One task's redactor: it knows the secrets in use and every form they take.
package protocol TaskRedacting: Sendable {
    /// Adds secrets; takes effect for every later call. Kept for the task's successor in its workspace, 0600.
    ///
    /// - Throws: `TaskFailure` `Builder.InputInvalid` for a secret under 6 characters.
    func add(secrets: [String]) throws

    /// `text` with every form of every known secret replaced. For whole documents, before any cut to length.
    func redact(_ text: String) -> String
}
