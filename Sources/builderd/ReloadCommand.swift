import ArgumentParser
import DaemonCore

/// `builderd reload PID`: the unit's `ExecReload=`, which makes `systemctl reload` fail when the daemon has refused the file.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have the unit's daemon read its configuration again, and wait for it. For the unit's own use.",
        discussion: "Exit status: 0 all of the file is applied, 1 nothing is changed.",
        shouldDisplay: false
    )

    @Argument(help: "The daemon's process.")
    var pid: Int32

    func run() async throws {
        do throws(ReloadFailure) {
            try await ReloadRequest(process: pid, environment: ProcessEnvironment.current).run()
        } catch {
            StandardError.write("builderd: \(error)\n")
            throw ExitCode(1)
        }
    }
}
