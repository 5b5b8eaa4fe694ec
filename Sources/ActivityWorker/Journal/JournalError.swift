/// Why the journal could not do what was asked.
package struct JournalError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong; an open set.
    package struct Code: RawRepresentable, Sendable, Hashable {
        package let rawValue: String

        /// A code of this name.
        package init(rawValue: String) { self.rawValue = rawValue }

        /// Another daemon has the state folder.
        package static let inUse = Code(rawValue: "in-use")
        /// A system call failed.
        package static let system = Code(rawValue: "system")
        /// The file system has too little room to claim a task safely.
        package static let noRoom = Code(rawValue: "no-room")
    }

    /// What went wrong.
    package let code: Code
    /// One sentence for a person, with the path.
    package let message: String

    /// The system call's errno, where one failed.
    package let number: Int32?

    /// An error of this code.
    package init(_ code: Code, _ message: String, number: Int32? = nil) {
        self.code = code
        self.message = message
        self.number = number
    }

    /// The message.
    package var description: String { message }
}
