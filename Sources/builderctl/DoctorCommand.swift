import ArgumentParser
import DaemonCore
import FoundationEssentials
import Synchronization

/// `builderctl doctor`: is this host, as it stands, able to work releases?
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check this host from its configuration to the state machine.",
        discussion: """
            Run it as root or as builderd's user, with builderd's environment. Each check is one line: ok, warning or failure, with the \
            fix. Nothing is changed but one parameter, <storage.parameterPrefix>/doctor/<worker>.

            Exit status: 0 all is well, 1 there are warnings, 2 there is a failure.
            """
    )

    @Option(name: [.short, .long], help: "The configuration file.", completion: .file(extensions: ["yaml"]))
    var config = "/etc/builderd/builderd.yaml"
    @Flag(help: "Do not write the parameter.")
    var noWrite = false
    @Flag(help: "JSON: an array of check, level, message and fix.")
    var json = false

    func run() async throws {
        let environment = ProcessEnvironment.current
        let style = Style.detect(environment: environment)
        let findings = Mutex<[Finding]>([])
        let isQuiet = json
        await Doctor(file: config, environment: environment, writes: !noWrite).examine { finding in
            findings.withLock { $0.append(finding) }
            if !isQuiet { Screen.write(Self.line(finding, style) + "\n") }
        }
        let all = findings.withLock { $0 }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            Screen.write(String(decoding: try encoder.encode(all), as: UTF8.self) + "\n")
        }
        switch all.map(\.level).max() ?? .ok {
        case .ok: return
        case .warning: throw ExitCode(ExitStatus.failed.rawValue)
        case .failure: throw ExitCode(ExitStatus.unhealthy.rawValue)
        }
    }

    /// `failure  tool packer: it is not there. Fix: install it.`
    static func line(_ finding: Finding, _ style: Style) -> String {
        let tone: Style.Tone =
            switch finding.level {
            case .ok: .good
            case .warning: .caution
            case .failure: .bad
            }
        let level = finding.level.rawValue
        let word = style.paint(level, tone) + String(repeating: " ", count: 9 - level.count)
        let fix = finding.fix.map { ". Fix: " + $0 } ?? ""
        return word + style.paint(finding.check, .strong) + ": " + Printable.line(finding.message + fix)
    }
}
