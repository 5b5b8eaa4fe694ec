import ArgumentParser
import DaemonCore

/// `builderd run`: the daemon in the foreground, until SIGTERM has drained it.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the daemon in the foreground.",
        discussion: """
            SIGTERM or SIGINT drains: no new polls, open polls and running tasks finish. A second one interrupts the tasks and
            reports Builder.Interrupted, which the state machine retries. SIGHUP reads the configuration again. Exit status: 0 drained, 78 configuration error,
            1 any other failure.

            The log goes to systemd's journal when standard error is connected to it (log.format in the configuration says otherwise),
            written by a thread of its own: nothing waits for a journal that is slow or stopped. Entries for which there was no room are
            counted and reported by an entry with BUILDERD_DROPPED. A builderd that is killed loses what waited.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let environment = ProcessEnvironment.current
        let loader = ConfigurationLoader(file: options.config, environment: environment)
        let configuration = try await options.load(loader)
        do {
            try await Daemon(configuration: configuration, environment: environment) {
                () async throws(ConfigurationError) in try await loader.load()
            }.run()
        } catch let error as DaemonStartError {
            StandardError.write("builderd: \(error)\n")
            throw ExitCode(error.exitCode)
        }
    }
}
