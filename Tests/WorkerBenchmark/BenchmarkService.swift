import AWSClient
import ActivityWorker

/// Step Functions over the AWS client, as `DaemonCore` adapts it, but for the fine print of errors: the server has none.
struct BenchmarkService: ActivityService {
    let client: StepFunctionsClient

    func poll(activity: String, workerName: String) async throws(ActivityServiceError) -> PolledTask? {
        do throws(AWSError) {
            let task = try await client.getActivityTask(activityARN: activity, workerName: workerName)
            return task.map { PolledTask(token: TaskToken($0.taskToken), input: $0.input) }
        } catch {
            throw ActivityServiceError(error)
        }
    }

    func heartbeat(token: TaskToken) async throws(ActivityServiceError) {
        do throws(AWSError) {
            try await client.sendTaskHeartbeat(taskToken: token.secretValue)
        } catch {
            throw ActivityServiceError(error)
        }
    }

    func succeed(token: TaskToken, output: String) async throws(ActivityServiceError) {
        do throws(AWSError) {
            try await client.sendTaskSuccess(taskToken: token.secretValue, output: output)
        } catch {
            throw ActivityServiceError(error)
        }
    }

    func fail(token: TaskToken, error: String, cause: String) async throws(ActivityServiceError) {
        do throws(AWSError) {
            try await client.sendTaskFailure(taskToken: token.secretValue, error: error, cause: cause)
        } catch let failure {
            throw ActivityServiceError(failure)
        }
    }
}

extension ActivityServiceError {
    fileprivate init(_ error: AWSError) {
        self.init(
            kind: error.isRetryable ? .transient : .refused,
            code: error.code.rawValue,
            message: error.message,
            mayHaveActed: error.mayHaveActed
        )
    }
}
