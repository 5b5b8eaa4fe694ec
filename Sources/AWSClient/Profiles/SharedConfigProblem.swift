/// What is wrong with the AWS configuration or credentials file, or with a variable beside them.
package struct SharedConfigProblem: Error, Sendable, Hashable {
    /// File and line, what is wrong, what to do. Never a value of the file: it may be a secret.
    package let message: String

    /// A problem with this sentence.
    init(_ message: String) { self.message = message }
}
