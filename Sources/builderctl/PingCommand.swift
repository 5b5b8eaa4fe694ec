import ArgumentParser
import DaemonCore
import FoundationEssentials

/// `builderctl ping`: one task through Step Functions and back.
struct PingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "Send a canary through Step Functions to whoever polls a stage's activity, and back.",
        discussion: """
            It starts an execution of the platform stack's ping state machine (stateMachines.ping), whose one task the worker answers \
            itself, without a stage. Any host that polls the activity may answer: its name is shown. It signs as the service does when it is \
            run as root or as builderd's user, and needs states:StartExecution and states:DescribeExecution. A ping waits for a free \
            slot like any task.
            """
    )

    @Argument(
        help: ArgumentHelp("preProvision, bakery, provision, validation or postProvision.", valueName: "stage"),
        completion: .list(ConfigurationKey.stageNames)
    )
    var stage: String
    @Option(name: [.short, .long], help: "The configuration file.", completion: .file(extensions: ["yaml"]))
    var config = ServiceEnvironment.configurationFile
    @Option(help: ArgumentHelp("Most seconds to wait for the answer, 1 to 120.", valueName: "seconds"))
    var timeout = 90
    @Flag(help: "JSON.")
    var json = false
    @OptionGroup var surroundings: EnvironmentOption

    func validate() throws {
        guard ConfigurationKey.stageNames.contains(stage) else {
            throw ValidationError("\(stage) is no stage: \(ConfigurationKey.stageNames.joined(separator: ", ")).")
        }
        guard (1...120).contains(timeout) else { throw ValidationError("--timeout takes 1 to 120 seconds.") }
    }

    func run() async throws {
        try await ClientProblem.telling {
            let surroundings = await surroundings.find(file: config, command: "ping \(stage)")
            // Beside the answer, which may be JSON: whose credentials these are explains a refusal.
            StandardError.write(Printable.text(Self.note(surroundings.finding)) + "\n")
            try show(try await pong(surroundings.variables))
        }
    }

    private func pong(_ environment: [String: String]) async throws(ClientProblem) -> Pong {
        let configuration: DaemonConfiguration
        do {
            configuration = try await ConfigurationLoader.forService(file: config, environment: environment).load()
        } catch {
            let next = "Correct it: `builderd check-config` says the same."
            throw ClientProblem(status: .configuration, message: error.description, next: next)
        }
        do {
            let ping = Ping(configuration: configuration, environment: environment)
            return try await ping.run(stage, timeout: .seconds(timeout))
        } catch {
            let status: ExitStatus = error.isConfiguration ? .configuration : .failed
            throw ClientProblem(status: status, message: error.message, next: error.next)
        }
    }

    private func show(_ pong: Pong) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            return try Screen.write(String(decoding: try encoder.encode(pong), as: UTF8.self) + "\n")
        }
        let seconds = Double(Int(pong.seconds * 10)) / 10
        let who = "answered by \(Printable.line(pong.worker)), builderd \(Printable.line(pong.version))"
        try Screen.write("\(stage): \(who), in \(seconds) s\n")
    }

    private static func note(_ finding: Finding) -> String {
        "environment: \(finding.message)" + (finding.fix.map { "\n  Fix: \($0)" } ?? "")
    }
}
