package import FoundationEssentials

/// The surroundings that endpoints and credentials are found in, as values: production takes the process's own,
/// tests make theirs.
package struct AWSEnvironment: Sendable {
    /// Environment variables.
    package var variables: [String: String]
    /// The folder that `~` stands for and that holds `.aws`; `nil` where there is none.
    package var homeDirectory: String?
    /// The profile that the configuration names (`aws.profile`). It beats `AWS_PROFILE`, and keys in the environment too.
    package var configuredProfile: String?
    /// Contents of a file, at most `BoundedFile.limitBytes`; `nil` when there is no such file.
    package var readFile: @Sendable (String) throws(FileProblem) -> [UInt8]?
    /// The time now.
    package var now: @Sendable () -> Date
    /// A random number in `0..<1`, for jitter.
    package var random: @Sendable () -> Double
    /// Waits this long between attempts. Ends early, without an error, when the task is cancelled.
    package var pause: @Sendable (Duration) async -> Void

    /// Surroundings of these parts; the file system, the clock and randomness are the real ones unless they are given.
    package init(
        variables: [String: String],
        homeDirectory: String? = nil,
        configuredProfile: String? = nil,
        readFile: @escaping @Sendable (String) throws(FileProblem) -> [UInt8]? = BoundedFile.read,
        now: @escaping @Sendable () -> Date = { Date() },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.variables = variables
        self.homeDirectory = homeDirectory
        self.configuredProfile = configuredProfile
        self.readFile = readFile
        self.now = now
        self.random = random
        self.pause = pause
    }

    /// The process's own surroundings.
    ///
    /// - Parameter configuredProfile: `aws.profile` of the configuration, where it is set.
    package static func process(configuredProfile: String? = nil) -> AWSEnvironment {
        let variables = ProcessInfo.processInfo.environment
        return AWSEnvironment(
            variables: variables,
            homeDirectory: variables["HOME"],
            configuredProfile: configuredProfile
        )
    }

    /// A variable's value; a blank one counts as unset.
    package subscript(_ name: String) -> String? {
        variables[name].flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    }

    /// The profile in use.
    package var profileName: String { configuredProfile ?? self["AWS_PROFILE"] ?? "default" }

    /// Where the profile's name was written, or `nil` when it is merely the default.
    var profileOrigin: String? {
        if configuredProfile != nil { return "aws.profile" }
        return self["AWS_PROFILE"] == nil ? nil : "AWS_PROFILE"
    }

    /// `path` with a leading `~/` replaced by the home folder.
    func expanded(_ path: String) -> String {
        guard path.hasPrefix("~/"), let homeDirectory else { return path }
        return homeDirectory + path.dropFirst()
    }

    /// A switch that takes `true` or `false`, without regard to case.
    ///
    /// - Throws: `SharedConfigProblem` for any other value.
    func flag(_ name: String) throws(SharedConfigProblem) -> Bool? {
        guard let text = self[name] else { return nil }
        return try Self.flag(text, place: name)
    }

    /// `text` as a switch.
    static func flag(_ text: String, place: String) throws(SharedConfigProblem) -> Bool {
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw SharedConfigProblem("\(place) is neither true nor false: write one of them")
        }
    }
}
