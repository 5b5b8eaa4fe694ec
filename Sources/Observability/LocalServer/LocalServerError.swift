/// Why a Unix socket cannot be served.
package struct LocalServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    package enum Code: String, Sendable, Hashable {
        /// Another process answers on the socket.
        case inUse
        /// The path is too long, or something that is no socket is there.
        case path
        /// The group is not known, or may not be given.
        case group
        /// The machine's group database does not answer, which may pass.
        case lookup
        /// A system call failed.
        case system
        /// It was served, and ended without being told to.
        case closed
    }

    /// What went wrong.
    package let code: Code
    /// What happened, for a person.
    package let message: String
    /// What a person should do.
    package let next: String

    /// `message; next`.
    package var description: String { "\(message); \(next)" }
}
