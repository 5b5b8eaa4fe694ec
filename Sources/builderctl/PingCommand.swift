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
            itself, without a stage. Any host that polls the activity may answer: its name is shown. It signs as the configuration says, \
            and needs states:StartExecution and states:DescribeExecution. A ping waits for a free slot like any task.
            """
    )

    @Argument(
        help: ArgumentHelp("preProvision, bakery, provision, validation or postProvision.", valueName: "stage"),
        completion: .list(ConfigurationKey.stageNames)
    )
    var stage: String
    @Option(name: [.short, .long], help: "The configuration file.", completion: .file(extensions: ["yaml"]))
    var config = "/etc/builderd/builderd.yaml"
    @Option(help: ArgumentHelp("Most seconds to wait for the answer, 1 to 120.", valueName: "seconds"))
    var timeout = 90
    @Flag(help: "JSON.")
    var json = false

    func validate() throws {
        guard ConfigurationKey.stageNames.contains(stage) else {
            throw ValidationError("\(stage) is no stage: \(ConfigurationKey.stageNames.joined(separator: ", ")).")
        }
        guard (1...120).contains(timeout) else { throw ValidationError("--timeout takes 1 to 120 seconds.") }
    }

    func run() async throws {
        let environment = ProcessEnvironment.current
        let pong: Pong
        do {
            let configuration = try await ConfigurationLoader(file: config, environment: environment).load()
            let ping = Ping(configuration: configuration, environment: environment)
            pong = try await ping.run(stage, timeout: .seconds(timeout))
        } catch let error as ConfigurationError {
            let next = "Correct it: `builderd check-config` says the same."
            throw ClientProblem(status: .configuration, message: error.description, next: next).told()
        } catch let error as PingError {
            let status: ExitStatus = error.isConfiguration ? .configuration : .failed
            throw ClientProblem(status: status, message: error.message, next: error.next).told()
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            Screen.write(String(decoding: try encoder.encode(pong), as: UTF8.self) + "\n")
        } else {
            let seconds = Double(Int(pong.seconds * 10)) / 10
            Screen.write(
                "\(stage): answered by \(Printable.line(pong.worker)), builderd \(Printable.line(pong.version)), in \(seconds) s\n"
            )
        }
    }
}
