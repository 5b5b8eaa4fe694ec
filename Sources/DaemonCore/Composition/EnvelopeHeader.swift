package import ActivityWorker
package import Pipeline
import Stages

/// Reads the worker's part of an envelope for one stage.
package struct EnvelopeHeader: Sendable {
    /// The stage whose activity the task came from.
    package let stage: Stage

    /// A reader for `stage`.
    package init(stage: Stage) { self.stage = stage }

    /// The header in `input`.
    ///
    /// - Throws: `Builder.InputInvalid` with every problem of the envelope, or when it is meant for another stage.
    package func decode(_ input: String) throws(TaskFailure) -> TaskHeader {
        let envelope: Envelope
        do {
            envelope = try Envelope(json: input)
        } catch {
            throw TaskFailure(invalidInput: error)
        }
        guard envelope.stage == stage else {
            throw TaskFailure(
                invalidInput: DocumentProblems(
                    document: "envelope",
                    DocumentProblem(
                        path: "stage",
                        found: "`\(envelope.stage.rawValue)`",
                        allowed: "`\(stage.rawValue)`, the stage whose activity this worker polls",
                        fix: "give the state \(envelope.stage.stateName) its own activity, and builderd the same ARN"
                    )
                )
            )
        }
        return TaskHeader(
            action: TaskHeader.Action(envelope.action),
            execution: envelope.execution,
            entered: envelope.entered,
            enteredMilliseconds: envelope.enteredMilliseconds,
            attempt: envelope.attempt,
            heartbeat: .seconds(envelope.heartbeatSeconds),
            timeout: .seconds(envelope.timeoutSeconds),
            application: envelope.release?.applicationId
        )
    }
}

extension TaskHeader.Action {
    init(_ action: EnvelopeAction) {
        switch action {
        case .run: self = .run
        case .destroy: self = .destroy
        case .ping: self = .ping
        }
    }
}
