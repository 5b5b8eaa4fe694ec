import ArgumentParser
import DaemonCore

/// `builderd check-config`: says whether the daemon would start with this configuration.
struct CheckConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check the configuration without starting anything.",
        discussion: """
            Whoever runs it, the sockets' groups are checked for the user of this host's builderd.service, where there is one.
            Exit status: 0 valid, 78 not valid (every problem is printed), 1 it could not be told, as the machine's groups could not be looked up.
            """
    )

    @OptionGroup var options: ConfigurationOptions
    @Flag(help: "List every key with its environment variable, what it takes and its default, and exit.")
    var keys = false

    func run() async throws {
        if keys {
            print(ConfigurationKey.reference)
            return
        }
        let environment = ProcessEnvironment.current
        let loader = ConfigurationLoader.forService(file: options.config, environment: environment)
        let configuration = try await options.load(loader)
        print("\(options.config): valid")
        print(configuration.summary)
    }
}
