/// Everything that the fake server saw and did.
package struct ServerRecord: Sendable {
    /// One call as it was received.
    package struct Call: Sendable {
        /// Which.
        package var operation: ServiceOperation
        /// ARN of the activity, for polls.
        package var activity: String?
        /// The worker's name, for polls.
        package var workerName: String?
        /// The token, for the other calls of a worker.
        package var token: String?
        /// When.
        package var at: ContinuousClock.Instant
        /// What was done to it.
        package var fault: ServerFault?
        /// The error it was answered with by the service's own rules.
        package var error: String?
    }

    /// How a task ended for the service.
    package enum Ending: Sendable, Hashable {
        case succeeded(output: String)
        case failed(error: String, cause: String)
        /// No heartbeat within HeartbeatSeconds.
        case heartbeatTimeout
        /// TimeoutSeconds are over.
        case timedOut
        /// The execution was stopped.
        case stopped
    }

    /// One task from its scheduling on.
    package struct Task: Sendable {
        /// Its token; unique.
        package var token: String
        /// ARN of its activity.
        package var activity: String
        /// Its input.
        package var input: String
        /// The state's HeartbeatSeconds, from the hand-out on.
        package var heartbeat: Duration?
        /// The state's TimeoutSeconds, from the scheduling on.
        package var timeout: Duration?
        /// When it was scheduled.
        package var scheduled: ContinuousClock.Instant
        /// When it was handed out; `nil` while it waits.
        package var handedOut: ContinuousClock.Instant?
        /// Whether the answer that carried the token was put on the wire whole, so that the client could have received it.
        package var isReceivable = false
        /// When each heartbeat that counted came.
        package var heartbeats: [ContinuousClock.Instant] = []
        /// How it ended; `nil` while it is open.
        package var ending: Ending?
        /// Reports that came after it had ended.
        package var lateReports: [Ending] = []
    }

    /// Calls in order.
    package internal(set) var calls: [Call] = []
    /// Tasks in the order of their scheduling.
    package internal(set) var tasks: [Task] = []
    /// What was wrong with a request: signature, header fields, limits. Empty for a right client.
    package internal(set) var violations: [String] = []
    /// Connections accepted.
    package internal(set) var connections = 0
    /// Polls held open now.
    package internal(set) var openPolls = 0

    /// The task of this token.
    package func task(_ token: String) -> Task? { tasks.first { $0.token == token } }
    /// Calls of one operation.
    package func calls(_ operation: ServiceOperation) -> [Call] { calls.filter { $0.operation == operation } }
}
