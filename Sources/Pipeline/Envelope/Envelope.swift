/// What a state hands to its activity (schema 1), built by the state's `Parameters`.
package struct Envelope: Sendable, Hashable {
    /// The schema that this version reads.
    package static let schemaVersion = 1

    /// What is asked.
    package let action: EnvelopeAction
    /// Of which stage.
    package let stage: Stage
    /// The execution's ARN (`$$.Execution.Id`).
    package let execution: String
    /// When the state was entered (`$$.State.EnteredTime`), as it was sent.
    package let entered: String
    /// `entered` as milliseconds since 1970.
    package let enteredMilliseconds: Int64
    /// How often the state was retried before (`$$.State.RetryCount`).
    package let attempt: Int
    /// The state's `HeartbeatSeconds`.
    package let heartbeatSeconds: Int
    /// The state's `TimeoutSeconds`.
    package let timeoutSeconds: Int
    /// The release; `nil` only for a ping.
    package let release: Release?
    /// What the stages before returned, by stage; read with `output(of:as:)`.
    package let stages: [Stage: JSONValue]

    /// The execution's name: the last part of its ARN.
    package var executionName: String {
        execution.split(separator: ":").last.map(String.init) ?? execution
    }

    /// What `stage` returned earlier in this execution.
    ///
    /// Keys that this version does not know are ignored: the host that ran the stage may have been a newer one.
    ///
    /// - Throws: `DocumentProblems` when the stage has not run, or returned something else.
    package func output<Output: Decodable>(of stage: Stage, as type: Output.Type) throws(DocumentProblems) -> Output {
        let path = "stages.\(stage.rawValue)"
        guard let value = stages[stage] else {
            throw DocumentProblems(
                document: "envelope",
                DocumentProblem(
                    path: path,
                    found: "nothing: \(stage.stateName) has not run",
                    allowed: "the output of \(stage.stateName)",
                    fix: "let the state machine run \(stage.stateName) first and keep its output at $.\(path)"
                )
            )
        }
        do {
            return try value.decoded(as: type, document: "envelope")
        } catch {
            throw DocumentProblems(
                document: "envelope",
                DocumentProblem(
                    path: path,
                    found: error.problems.first?.found ?? "another document",
                    allowed: "the output of \(stage.stateName)",
                    fix: "let the state machine keep the whole output at $.\(path), unchanged"
                )
            )
        }
    }

    init(
        action: EnvelopeAction,
        stage: Stage,
        execution: String,
        entered: String,
        enteredMilliseconds: Int64,
        attempt: Int,
        heartbeatSeconds: Int,
        timeoutSeconds: Int,
        release: Release?,
        stages: [Stage: JSONValue]
    ) {
        self.action = action
        self.stage = stage
        self.execution = execution
        self.entered = entered
        self.enteredMilliseconds = enteredMilliseconds
        self.attempt = attempt
        self.heartbeatSeconds = heartbeatSeconds
        self.timeoutSeconds = timeoutSeconds
        self.release = release
        self.stages = stages
    }
}
