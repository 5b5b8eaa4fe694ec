/// What the worker needs of Step Functions: four calls. Production adapts the AWS client in `DaemonCore`; tests drive it with a fake server.
package protocol ActivityService: Sendable {
    /// One long poll. Returns `nil` only when the service said in a well-formed answer that it has no task.
    ///
    /// Never retried inside: the poll loop has its own back-off. Not cancelled at shutdown: the service may be handing over a task.
    func poll(activity: String, workerName: String) async throws(ActivityServiceError) -> PolledTask?

    /// One heartbeat for `token`, with the client's own short retries.
    func heartbeat(token: TaskToken) async throws(ActivityServiceError)

    /// Reports success. `output` is valid JSON of at most 262,144 bytes.
    func succeed(token: TaskToken, output: String) async throws(ActivityServiceError)

    /// Reports failure. `error` has at most 256 and `cause` at most 32,768 UTF-8 bytes.
    func fail(token: TaskToken, error: String, cause: String) async throws(ActivityServiceError)
}

/// What a poll handed over.
package struct PolledTask: Sendable {
    /// Proof of the claim.
    package let token: TaskToken
    /// The state's `Parameters`, as JSON text.
    package let input: String

    /// A task of this token and input.
    package init(token: TaskToken, input: String) {
        self.token = token
        self.input = input
    }
}

/// A task token: whoever has it can end the task, so it prints as nothing but a placeholder.
package struct TaskToken: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The token itself; only for the wire and the claim's file.
    package let secretValue: String

    /// A token of 1 to 2,048 characters.
    package init(_ value: String) { secretValue = value }

    /// A fixed placeholder.
    package var description: String { "<task token>" }
    /// A fixed placeholder.
    package var debugDescription: String { description }
    /// Empty, so that `dump` leaks nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a call to the service failed, reduced to what the worker decides by.
package struct ActivityServiceError: Error, Sendable, CustomStringConvertible {
    /// What the worker may do about it.
    package enum Kind: Sendable, Hashable {
        /// What a poll can fail with.
        package static let ofPolls: [Kind] = [.throttled, .transient, .denied, .activityDoesNotExist, .refused]
        /// What a heartbeat can fail with.
        package static let ofHeartbeats: [Kind] = [
            .throttled, .transient, .denied, .taskTimedOut, .taskDoesNotExist, .refused,
        ]
        /// What an attempt to report can fail with so that it is made again.
        package static let ofReports: [Kind] = [.throttled, .transient, .denied, .invalidOutput, .refused]

        /// The service asks to slow down: retry with a longer delay.
        case throttled
        /// Network, 5xx, malformed answer: retry.
        case transient
        /// Credentials or permission: retry slowly, say so loudly, a person must act.
        case denied
        /// `TaskTimedOut`: the lease is over.
        case taskTimedOut
        /// `TaskDoesNotExist` or `InvalidToken`: the task was stopped, or already ended.
        case taskDoesNotExist
        /// `InvalidOutput`: the service refused the output.
        case invalidOutput
        /// `ActivityDoesNotExist` or `InvalidArn`: configuration is wrong; keep polling slowly.
        case activityDoesNotExist
        /// Any other refusal.
        case refused
    }

    /// What the worker may do about it.
    package let kind: Kind
    /// The service's error code or the client's own.
    package let code: String
    /// One sentence for a person.
    package let message: String
    /// Whether the call may have been acted upon although it failed.
    package let mayHaveActed: Bool

    /// An error of these parts.
    package init(kind: Kind, code: String, message: String, mayHaveActed: Bool) {
        self.kind = kind
        self.code = code
        self.message = message
        self.mayHaveActed = mayHaveActed
    }

    /// `code: message`.
    package var description: String { "\(code): \(message)" }

    /// Whether the token can never be used again.
    package var isTokenDead: Bool { kind == .taskTimedOut || kind == .taskDoesNotExist }
}
