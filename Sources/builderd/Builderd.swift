import ArgumentParser
import DaemonCore

/// `builderd`: the daemon's command line.
struct Builderd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "builderd",
        abstract: "Works the five activities of an AWS Step Functions release pipeline.",
        discussion: """
            builderd long-polls Step Functions for release tasks and drives Packer, Terraform and InSpec.
            It is normally started by systemd; see `systemctl status builderd` and `journalctl -u builderd`.
            """,
        version: BuilderdVersion.text,
        subcommands: [
            RunCommand.self, CheckConfigCommand.self, VersionCommand.self, ReloadCommand.self, SuperviseCommand.self,
        ]
    )
}
