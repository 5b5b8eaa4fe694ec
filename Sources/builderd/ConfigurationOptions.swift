import ArgumentParser
import DaemonCore

/// Where the configuration is; shared by every subcommand that reads it.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "The configuration file.")
    var config = "/etc/builderd/builderd.yaml"

    /// The configuration that `loader` has checked; prints every problem, and exits with 78 (`EX_CONFIG`) when there is one that only a
    /// person can change, else with 1.
    func load(_ loader: ConfigurationLoader) async throws -> DaemonConfiguration {
        do {
            return try await loader.load()
        } catch {
            StandardError.write("builderd: \(error)\n")
            throw ExitCode(error.isRetryable ? 1 : 78)
        }
    }
}
