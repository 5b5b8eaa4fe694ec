/// Everything that is wrong with the configuration, at once. The daemon prints it and exits with 78 (`EX_CONFIG`, sysexits.h).
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One thing that is wrong.
    package struct Problem: Sendable, Hashable, CustomStringConvertible {
        /// Where: `file:line: key`, or the environment variable's name.
        package var place: String
        /// What stands there.
        package var found: String
        /// What may stand there.
        package var allowed: String
        /// What to do.
        package var next: String
        /// Whether it may pass without anybody's doing: the machine could not be asked.
        package var isPassing = false

        /// One line: place, found, allowed, next.
        package var description: String { "\(place): found \(found); allowed: \(allowed). \(next)" }
    }

    /// The configuration file that was read.
    package let file: String
    /// At least one problem.
    package let problems: [Problem]

    /// Whether all of it may pass, so that another start is worth while.
    package var isRetryable: Bool { problems.allSatisfy(\.isPassing) }

    /// A heading and a numbered line for each problem.
    package var description: String {
        let heading = "\(file): \(problems.count) \(problems.count == 1 ? "problem" : "problems") in the configuration"
        return ([heading] + problems.enumerated().map { "  \($0.offset + 1). \($0.element)" }).joined(separator: "\n")
    }
}
