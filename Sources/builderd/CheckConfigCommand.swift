import ArgumentParser
import DaemonCore

/// `builderd check-config`: says whether the daemon would start with this configuration.
struct CheckConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check the configuration without starting anything.",
        discussion: "Exit status: 0 valid, 78 not valid (every problem is printed)."
    )

    @OptionGroup var options: ConfigurationOptions
    @Flag(help: "List every key with its environment variable, what it takes and its default, and exit.")
    var keys = false

    func run() async throws {
        if keys {
            print(ConfigurationKey.reference)
            return
        }
        let configuration = try await options.load()
        print("\(options.config): valid")
        print(configuration.summary)
    }
}
