import ArgumentParser
import DaemonCore

/// `builderd version`: what runs here.
struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the versions of builderd and of the libraries it runs on."
    )

    func run() async throws {
        print(BuilderdVersion.details)
    }
}
