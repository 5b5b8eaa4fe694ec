import AWSClient
import CurlTransport
import FoundationEssentials
import Logging
import Observability
import Pipeline

/// Sends one task of no stage through Step Functions: an execution of the ping state machine, whose task the worker answers by itself.
package struct Ping: Sendable {
    private let configuration: DaemonConfiguration
    private let environment: [String: String]

    /// A ping of the platform that `configuration` names, signed as it says.
    package init(configuration: DaemonConfiguration, environment: [String: String]) {
        self.configuration = configuration
        self.environment = environment
    }

    /// Asks the workers of `stage` and waits for the answer of one.
    package func run(_ stage: String, timeout: Duration) async throws(PingError) -> Pong {
        guard let machine = configuration.pingStateMachine else {
            throw PingError(
                "there is no state machine to ping with",
                next: "Set stateMachines.ping to the platform stack's output PingStateMachine.",
                isConfiguration: true
            )
        }
        let access: AWSAccess
        do {
            access = try AWSAccess(
                configuration: configuration,
                environment: environment,
                metrics: DaemonMetrics(factory: MetricsRegistry()),
                logger: Logger(label: "ping") { _ in SwiftLogNoOpLogHandler() }
            )
        } catch {
            throw PingError(error.description, next: "Correct what the message names.", isConfiguration: true)
        }
        let result = await ask(StepFunctionsClient(access.configuration), machine, stage, timeout)
        await access.transport.shutdown()
        return try result.get()
    }

    private func ask(
        _ client: StepFunctionsClient,
        _ machine: String,
        _ stage: String,
        _ timeout: Duration
    ) async -> Result<Pong, PingError> {
        let started = ContinuousClock.now
        do throws(AWSError) {
            // Described by the name that a retry after a lost answer starts nothing new by.
            let execution = try await client.startExecution(
                stateMachineARN: machine,
                name: "ping-\(stage)-" + String(UInt64.random(in: .min ... .max), radix: 36),
                input: #"{"stage":"\#(stage)"}"#
            ).executionARN
            while true {
                let description = try await client.describeExecution(executionARN: execution)
                let took = started.duration(to: .now)
                if description.status != "RUNNING" {
                    return Self.read(description, stage, seconds: took.seconds)
                }
                guard took < timeout else {
                    return .failure(
                        PingError(
                            "nobody answered on the activity of \(stage) in \(timeout.components.seconds) s (\(execution))",
                            next: "See that a host with a free slot polls it: builderctl status there, and no pause."
                        )
                    )
                }
                try? await Task.sleep(for: .milliseconds(took < .seconds(5) ? 250 : 1000))
            }
        } catch {
            let next =
                "Allow states:StartExecution on stateMachines.ping and states:DescribeExecution on its executions."
            let isMissing = error.kind == .notFound || error.code == "StateMachineDoesNotExist"
            return .failure(
                PingError(
                    "\(error)",
                    next: isMissing ? "Correct stateMachines.ping." : error.kind == .accessDenied ? next : "Try again."
                )
            )
        }
    }

    private static func read(
        _ description: ExecutionDescription,
        _ stage: String,
        seconds: Double
    ) -> Result<Pong, PingError> {
        let output = description.output.flatMap { try? JSONDecoder().decode(JSONValue.self, from: Data($0.utf8)) }
        if let worker = output?["worker"]?.text, let version = output?["version"]?.text,
            description.status == "SUCCEEDED"
        {
            return .success(
                Pong(
                    stage: stage,
                    worker: worker,
                    version: version,
                    execution: description.executionARN,
                    seconds: seconds
                )
            )
        }
        let reason = [description.error, description.cause].compactMap { $0 }.joined(separator: ": ")
        return .failure(
            PingError(
                "the ping of \(stage) ended as \(description.status): \(reason) (\(description.executionARN))",
                next: description.status == "TIMED_OUT" || description.error?.hasPrefix("States.") == true
                    ? "See that a host with a free slot polls it: builderctl status there, and no pause."
                    : "Do what the cause says."
            )
        )
    }
}
