/// Why a secret was refused. Never holds the secret.
package struct RedactorError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    package enum Code: String, Sendable, Hashable {
        /// Shorter than `Redactor.minimumSecretLength` once surrounding white space is dropped.
        case secretTooShort
        /// The file of secrets could not be read, written or understood.
        case file
    }

    /// What went wrong.
    package let code: Code
    /// One sentence for a person.
    package let message: String
    /// The system call's errno, where one failed.
    package var number: Int32?

    /// `code: message`.
    package var description: String { "\(code.rawValue): \(message)" }
}
