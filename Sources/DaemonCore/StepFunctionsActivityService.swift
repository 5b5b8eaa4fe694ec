package import AWSClient
package import ActivityWorker

/// Step Functions as the worker needs it, over the AWS client.
package struct StepFunctionsActivityService: ActivityService {
    private let client: StepFunctionsClient

    /// A service over `client`.
    package init(_ client: StepFunctionsClient) { self.client = client }

    package func poll(activity: String, workerName: String) async throws(ActivityServiceError) -> PolledTask? {
        do throws(AWSError) {
            let task = try await client.getActivityTask(activityARN: activity, workerName: workerName)
            return task.map { PolledTask(token: TaskToken($0.taskToken), input: $0.input) }
        } catch {
            throw ActivityServiceError(error, token: nil)
        }
    }

    package func heartbeat(token: TaskToken) async throws(ActivityServiceError) {
        do throws(AWSError) {
            try await client.sendTaskHeartbeat(taskToken: token.secretValue)
        } catch {
            throw ActivityServiceError(error, token: token)
        }
    }

    package func succeed(token: TaskToken, output: String) async throws(ActivityServiceError) {
        do throws(AWSError) {
            try await client.sendTaskSuccess(taskToken: token.secretValue, output: output)
        } catch {
            throw ActivityServiceError(error, token: token)
        }
    }

    package func fail(token: TaskToken, error: String, cause: String) async throws(ActivityServiceError) {
        do throws(AWSError) {
            try await client.sendTaskFailure(taskToken: token.secretValue, error: error, cause: cause)
        } catch let failure {
            throw ActivityServiceError(failure, token: token)
        }
    }
}

extension ActivityServiceError {
    /// What the worker decides by, from the client's error. The service quotes tokens in its messages (`Invalid Token: '…'`), and
    /// messages are logged: the call's token is taken out.
    package init(_ error: AWSError, token: TaskToken?) {
        var message = error.message
        if let token, !token.secretValue.isEmpty { message.replace(token.secretValue, with: token.description) }
        self.init(
            kind: Self.kind(of: error),
            code: error.code.rawValue,
            message: String(message.prefix(1000)),
            mayHaveActed: error.mayHaveActed
        )
    }

    private static func kind(of error: AWSError) -> Kind {
        switch error.code {
        case "TaskTimedOut": .taskTimedOut
        case "TaskDoesNotExist", "InvalidToken": .taskDoesNotExist
        case "InvalidOutput": .invalidOutput
        case "ActivityDoesNotExist", "InvalidArn": .activityDoesNotExist
        case "KmsThrottlingException", "ActivityWorkerLimitExceeded": .throttled
        // A key that is disabled or pending deletion, and no credentials or endpoint: a person must act.
        case "KmsAccessDeniedException", "KmsInvalidStateException", .credentialsUnavailable, .endpointUnresolved:
            .denied
        default:
            switch error.kind {
            case .throttling: .throttled
            case .transient, .cancelled: .transient
            case .accessDenied: .denied
            case .notFound, .rejected: .refused
            }
        }
    }
}
