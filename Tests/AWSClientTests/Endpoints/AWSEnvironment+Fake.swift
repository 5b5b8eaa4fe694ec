import FoundationEssentials

@testable import AWSClient

extension AWSEnvironment {
    /// Surroundings of a test's own: home `/home/b`, files in memory, pauses that take no time.
    static func fake(
        _ variables: [String: String] = [:],
        files: [String: String] = [:],
        profile: String? = nil,
        now: @escaping @Sendable () -> Date = { Date(timeIntervalSince1970: 1_800_000_000) },
        random: Double = 0.5
    ) -> AWSEnvironment {
        AWSEnvironment(
            variables: variables,
            homeDirectory: "/home/b",
            configuredProfile: profile,
            readFile: { path throws(FileProblem) in files[path].map { Array($0.utf8) } },
            now: now,
            random: { random },
            pause: { _ in }
        )
    }
}
