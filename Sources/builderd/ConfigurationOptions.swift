import ArgumentParser
import DaemonCore

/// Where the configuration is; shared by every subcommand that reads it.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "The configuration file.")
    var config = "/etc/builderd/builderd.yaml"

    /// The checked configuration; prints every problem and exits with 78 (`EX_CONFIG`) when there is one.
    func load() async throws -> DaemonConfiguration {
        do {
            return try await ConfigurationLoader(file: config, environment: ProcessEnvironment.current).load()
        } catch {
            StandardError.write("builderd: \(error)\n")
            throw ExitCode(78)
        }
    }
}
