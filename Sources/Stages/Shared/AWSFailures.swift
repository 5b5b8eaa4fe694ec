package import AWSClient
package import ActivityWorker
import Pipeline

/// The failure that an AWS call's error becomes: a stable `AWS.*` name, what was being done, and what to do next.
///
/// - Parameters:
///   - doing: what the stage was doing, as it follows "while": `reading the manifest s3://bucket/key`.
///   - step: the step it happened in.
package func awsFailure(_ error: AWSError, doing: String, step: String? = nil) -> TaskFailure {
    let (name, next) = verdict(on: error)
    return TaskFailure(name.rawValue, message: "\(error) (while \(doing))", next: next, step: step)
}

private func verdict(on error: AWSError) -> (FailureName, next: String) {
    switch error.kind {
    case .accessDenied:
        if error.code == .credentialsUnavailable {
            return (
                .awsAccessDenied,
                "Give the builder host credentials: an instance profile, or aws.profile in builderd.yaml."
            )
        }
        return (
            .awsAccessDenied,
            "Allow \(error.operation) to the role that builderd acts as, and the use of the KMS key where one is involved; then release again."
        )
    case .throttling:
        return (
            .awsThrottled,
            "Nothing: the state machine tries again. If it goes on, ask for a higher quota of \(error.operation)."
        )
    case .transient:
        return (
            .awsUnavailable,
            "Nothing at first: the state machine tries again. If it goes on, look at the host's route to the service's endpoint."
        )
    case .notFound:
        return (
            .awsNotFound, "Make sure that what the call names exists in this account and region, then release again."
        )
    case .rejected:
        return (
            .awsRejected, "Correct what the message names in the configuration or the manifest, then release again."
        )
    case .cancelled:
        return (.builderInterrupted, "Nothing: the state machine tries again.")
    }
}
