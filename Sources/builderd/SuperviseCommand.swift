import ArgumentParser
import DaemonCore

/// `builderd supervise DIR`: the parent of one tool. The daemon starts it, and `Main` runs it before this is ever asked; here stand its
/// name, and what a person gets who calls it otherwise.
struct SuperviseCommand: ParsableCommand {
    static let name = "supervise"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Run the tool that a folder asks for. For the daemon's own use.",
        shouldDisplay: false
    )

    @Argument(help: "The tool's folder: an absolute path, and nothing else.")
    var folder: String

    func run() throws {
        throw ValidationError("The folder must be an absolute path, and stand alone.")
    }
}
