import AWSClient
import ActivityWorker
import DaemonCore
import Testing

@Suite("Errors of Step Functions as the worker sees them")
struct StepFunctionsActivityServiceTests {
    private func error(
        _ code: AWSError.Code,
        _ kind: AWSError.Kind,
        message: String = "m",
        token: TaskToken? = nil
    ) -> ActivityServiceError {
        ActivityServiceError(
            AWSError(code: code, kind: kind, message: message, operation: "states.X", mayHaveActed: true),
            token: token
        )
    }

    @Test(
        arguments: [
            ("TaskTimedOut", .taskTimedOut), ("TaskDoesNotExist", .taskDoesNotExist),
            ("InvalidToken", .taskDoesNotExist),
            ("InvalidOutput", .invalidOutput), ("ActivityDoesNotExist", .activityDoesNotExist),
            ("InvalidArn", .activityDoesNotExist),
            ("KmsThrottlingException", .throttled), ("ActivityWorkerLimitExceeded", .throttled),
            ("KmsAccessDeniedException", .denied), ("KmsInvalidStateException", .denied),
            (AWSError.Code.credentialsUnavailable.rawValue, .denied),
            (AWSError.Code.endpointUnresolved.rawValue, .denied),
            ("ValidationException", .refused),
        ] as [(String, ActivityServiceError.Kind)]
    )
    func `a code decides first`(code: String, kind: ActivityServiceError.Kind) {
        #expect(error(AWSError.Code(rawValue: code), .rejected).kind == kind)
    }

    @Test(
        arguments: [
            (.throttling, .throttled), (.transient, .transient), (.cancelled, .transient), (.accessDenied, .denied),
            (.notFound, .refused), (.rejected, .refused),
        ] as [(AWSError.Kind, ActivityServiceError.Kind)]
    )
    func `else the client's kind does`(kind: AWSError.Kind, expected: ActivityServiceError.Kind) {
        #expect(error("Other", kind).kind == expected)
    }

    @Test func `a token that the service quotes is taken out, and the message is bounded`() {
        let token = TaskToken("AAAA/secret+token==")
        let quoted = error("InvalidToken", .rejected, message: "Invalid Token: 'AAAA/secret+token=='", token: token)
        #expect(quoted.message == "Invalid Token: '<task token>'" && quoted.mayHaveActed)
        #expect(error("X", .rejected, message: String(repeating: "x", count: 5000)).message.count == 1000)
    }
}
