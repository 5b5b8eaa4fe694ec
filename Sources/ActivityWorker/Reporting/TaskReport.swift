/// What is told to the service about one task: its one terminal report, ready for the wire.
package enum TaskReport: Sendable, Hashable {
    /// Most UTF-8 bytes of an output.
    package static let maximumOutputBytes = 262_144

    /// The stage's output: valid JSON within the limit.
    case success(output: String)
    /// A failure, cut to the service's limits.
    case failure(FailureCause)

    /// The failure's name; `nil` for a success.
    package var error: String? {
        switch self {
        case .success: nil
        case .failure(let failure): failure.error
        }
    }

    /// The report of an output: the output itself once it is redacted, if it is valid JSON within the limit, else a failure that says which not.
    package static func of(
        output: String,
        stage: String,
        task: String? = nil,
        redact: (String) -> String
    ) -> TaskReport {
        let redacted = redact(output)
        if redacted.utf8.count > maximumOutputBytes {
            return .of(outputTooLarge(bytes: redacted.utf8.count), stage: stage, task: task, redact: redact)
        }
        guard JSONText.isValid(redacted) else {
            let failure = TaskFailure(
                .internal,
                message: "The stage returned output that is not valid JSON.",
                next: "Report this as a fault of builderd, with the version and the detail below.",
                detail: FailureCause.head(redacted, bytes: 1024)
            )
            return .of(failure, stage: stage, task: task, redact: redact)
        }
        return .success(output: redacted)
    }

    /// The report of a failure; `task` is the task's id, where it is known.
    package static func of(
        _ failure: TaskFailure,
        stage: String,
        task: String? = nil,
        redact: (String) -> String
    ) -> TaskReport {
        .failure(FailureCause(failure, stage: stage, task: task, redact: redact))
    }

    /// The report after the service refused `output` with `error`.
    static func ofRefused(
        _ output: String,
        _ error: ActivityServiceError,
        stage: String,
        task: String?
    ) -> TaskReport {
        let failure =
            output.utf8.count > maximumOutputBytes / 2
            ? outputTooLarge(bytes: output.utf8.count)
            : TaskFailure(
                .internal,
                message: "The service refused the stage's output: \(error.description)",
                next: "Report this as a fault of builderd, with the version and the stage's output in the log."
            )
        return .of(failure, stage: stage, task: task, redact: { $0 })
    }

    private static func outputTooLarge(bytes: Int) -> TaskFailure {
        TaskFailure(
            .outputTooLarge,
            message: "The stage's output has \(bytes) bytes; Step Functions takes at most \(maximumOutputBytes).",
            next:
                "Return less: for Provision, remove outputs from the Terraform module or write large values to Parameter Store or S3."
        )
    }
}
