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
            Run it as root or as builderd's user: then the checks are made in the service's environment, its credentials included. \
            Each check is one line: ok, warning or failure, with the fix. Nothing is changed but one parameter, \
            <storage.parameterPrefix>/doctor/<worker>.

            Exit status: 0 all is well, 1 there are warnings, 2 there is a failure.
            """
    )

    @Option(name: [.short, .long], help: "The configuration file.", completion: .file(extensions: ["yaml"]))
    var config = ServiceEnvironment.configurationFile
    @Flag(help: "Do not write the parameter.")
    var noWrite = false
    @Flag(help: "JSON: an array of check, level, message and fix.")
    var json = false

    @OptionGroup var surroundings: EnvironmentOption

    func run() async throws {
        let style = Style.detect(environment: ProcessEnvironment.current)
        let surroundings = await surroundings.find(file: config, command: "doctor")
        let report = Report(isQuiet: json, style: style)
        report.add(surroundings.finding)
        await Doctor(file: config, environment: surroundings.variables, writes: !noWrite).examine(report.add)
        let all = try await ClientProblem.telling { try report.end() }
        switch all.map(\.level).max() ?? .ok {
        case .ok: return
        case .warning: throw ExitCode(ExitStatus.failed.rawValue)
        case .failure: throw ExitCode(ExitStatus.unhealthy.rawValue)
        }
    }

    /// The findings, each written as it is made.
    private final class Report: Sendable {
        private let isQuiet: Bool
        private let style: Style
        private let state = Mutex((findings: [Finding](), problem: ClientProblem?.none))

        /// - Parameter isQuiet: whether they are only written together, as JSON.
        init(isQuiet: Bool, style: Style) {
            self.isQuiet = isQuiet
            self.style = style
        }

        @Sendable func add(_ finding: Finding) {
            state.withLock { state in
                state.findings.append(finding)
                guard !isQuiet, state.problem == nil else { return }
                do throws(ClientProblem) {
                    try Screen.write([DoctorCommand.line(finding)], style)
                } catch {
                    state.problem = error
                }
            }
        }

        /// Everything that was found.
        ///
        /// - Throws: `ClientProblem` when it could not be written.
        func end() throws -> [Finding] {
            let (findings, problem) = state.withLock { $0 }
            if let problem { throw problem }
            if isQuiet {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
                try Screen.write(String(decoding: try encoder.encode(findings), as: UTF8.self) + "\n")
            }
            return findings
        }
    }

    /// `failure  tool packer: it is not there. Fix: install it.` Never cut: a fix is read to its end.
    private static func line(_ finding: Finding) -> StyledLine {
        let tone: Style.Tone =
            switch finding.level {
            case .ok: .good
            case .warning: .caution
            case .failure: .bad
            }
        var line = StyledLine(finding.level.rawValue, tone)
        line.append(String(repeating: " ", count: 9 - finding.level.rawValue.count))
        line.append(finding.check, .strong)
        line.append(": " + finding.message + (finding.fix.map { ". Fix: " + $0 } ?? ""))
        return line
    }
}
