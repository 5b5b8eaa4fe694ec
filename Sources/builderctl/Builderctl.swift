import ArgumentParser
import DaemonCore

/// `builderctl`: the operator's command line.
struct Builderctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "builderctl",
        abstract: "Look at and control the builderd of this host.",
        discussion: """
            Reads go over the health socket, everything else over the control socket, which root, builderd's user and the members of \
            its group may use. Where standard output is no terminal nothing is cut to a width. Colours are left out there, where NO_COLOR is set, \
            and where TERM is dumb or not set.

            Exit status: 0 done; 1 refused, failed, or doctor found only warnings; 2 doctor found a failure; 64 wrong usage; \
            69 builderd does not answer; 74 the output cannot be written; 77 not permitted; 78 the configuration is missing or wrong.
            """,
        version: BuilderdVersion.text,
        subcommands: [
            StatusCommand.self, TasksCommand.self, TaskCommand.self, PauseCommand.self, ResumeCommand.self,
            DrainCommand.self, PingCommand.self, DoctorCommand.self,
        ]
    )
}
