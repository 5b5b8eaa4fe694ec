/// An operation that the fake server speaks.
package enum ServiceOperation: String, Sendable, Hashable, CaseIterable {
    case getActivityTask = "GetActivityTask"
    case sendTaskHeartbeat = "SendTaskHeartbeat"
    case sendTaskSuccess = "SendTaskSuccess"
    case sendTaskFailure = "SendTaskFailure"
    case describeActivity = "DescribeActivity"

    /// The four calls of a worker.
    package static let ofWorkers: [ServiceOperation] = [
        .getActivityTask, .sendTaskHeartbeat, .sendTaskSuccess, .sendTaskFailure,
    ]

    /// Every error that the API reference documents for the operation.
    /// https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
    package var documentedErrors: [String] {
        let kms = ["KmsAccessDeniedException", "KmsInvalidStateException", "KmsThrottlingException"]
        return switch self {
        case .getActivityTask: ["ActivityDoesNotExist", "ActivityWorkerLimitExceeded", "InvalidArn"] + kms
        case .sendTaskHeartbeat: ["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"]
        case .sendTaskSuccess: ["InvalidOutput", "InvalidToken", "TaskDoesNotExist", "TaskTimedOut"] + kms
        case .sendTaskFailure: ["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"] + kms
        case .describeActivity: ["ActivityDoesNotExist", "InvalidArn"]
        }
    }
}
