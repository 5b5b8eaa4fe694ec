/// Why a tool could not be run.
package struct ToolError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong; open, so that new causes break nobody.
    package struct Code: RawRepresentable, Sendable, Hashable {
        /// The name in messages.
        package let rawValue: String
        /// A code of this name.
        package init(rawValue: String) { self.rawValue = rawValue }

        /// The executable is not there, or is not executable. `Builder.ToolMissing`.
        package static let missing = Code(rawValue: "missing")
        /// An argument, variable or path cannot be passed to a program at all.
        package static let invalidSpec = Code(rawValue: "invalidSpec")
        /// The folder is in use by another run, or its files cannot be made.
        package static let folder = Code(rawValue: "folder")
        /// The kernel refused to start it.
        package static let startFailed = Code(rawValue: "startFailed")
        /// The task was cancelled before the tool was started.
        package static let stoppedBeforeStart = Code(rawValue: "stoppedBeforeStart")
        /// Its supervisor died, so how it ended is unknown; everything of it is over. `Builder.ToolLost`.
        package static let lost = Code(rawValue: "lost")
        /// It runs on, for a successor of this daemon to adopt.
        package static let leftRunning = Code(rawValue: "leftRunning")
        /// Its output can no longer be read; the tool was run to its end.
        package static let output = Code(rawValue: "output")
    }

    /// What went wrong.
    package let code: Code
    /// What happened, for a person.
    package let message: String
    /// What a person should do.
    package let next: String
    /// The system call's errno, where one failed.
    package let number: Int32?

    /// An error of these parts.
    package init(_ code: Code, message: String, next: String, number: Int32? = nil) {
        self.code = code
        self.message = message
        self.next = next
        self.number = number
    }

    /// `message; next`.
    package var description: String { "\(message); \(next)" }
}
