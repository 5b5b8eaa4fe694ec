import CurlTransport
import Testing

@testable import AWSClient

@Suite struct AutoScalingClientTests {
    private static let hold = LifecycleHold(group: "builders & co", hook: "drain", instanceID: "i-1")

    private func stand(_ body: String, status: Int = 200) -> ClientStand {
        ClientStand([.response(HTTPResponse(status: status, body: Array(body.utf8)))])
    }

    private func client(_ stand: ClientStand) -> AutoScalingClient {
        AutoScalingClient(stand.configuration(), environment: stand.environment)
    }

    private func form(_ request: HTTPRequest) -> [String] {
        String(decoding: request.body, as: UTF8.self).split(separator: "&").map(String.init)
    }

    @Test("completing and heartbeats name group, hook and instance, and are signed for autoscaling")
    func actions() async throws {
        let completed = stand(
            """
            <CompleteLifecycleActionResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">
            <CompleteLifecycleActionResult/><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
            </CompleteLifecycleActionResponse>
            """
        )
        try await client(completed).completeLifecycleAction(Self.hold)
        #expect(
            form(completed.requests[0]) == [
                "Action=CompleteLifecycleAction", "Version=2011-01-01", "AutoScalingGroupName=builders%20%26%20co",
                "LifecycleHookName=drain", "InstanceId=i-1", "LifecycleActionResult=CONTINUE",
            ]
        )
        #expect(completed.requests[0].header("Authorization")?.contains("/autoscaling/aws4_request") == true)
        let recorded = stand(
            """
            <RecordLifecycleActionHeartbeatResponse><RecordLifecycleActionHeartbeatResult></RecordLifecycleActionHeartbeatResult>
            </RecordLifecycleActionHeartbeatResponse>
            """
        )
        try await client(recorded).recordLifecycleActionHeartbeat(Self.hold)
        #expect(
            form(recorded.requests[0]) == [
                "Action=RecordLifecycleActionHeartbeat", "Version=2011-01-01",
                "AutoScalingGroupName=builders%20%26%20co", "LifecycleHookName=drain", "InstanceId=i-1",
            ]
        )
    }

    @Test(
        "only Auto Scaling's word that no action is active counts as nothing held",
        arguments: [
            (
                "ValidationError", 400, "No active Lifecycle Action found with instance ID i-1", true,
                AWSError.Kind.rejected
            ),
            ("ValidationError", 400, "AutoScalingGroup name not found", false, .rejected),
            ("AccessDenied", 403, "No active Lifecycle Action found", false, .accessDenied),
        ]
    )
    func refusals(code: String, status: Int, message: String, isNothing: Bool, kind: AWSError.Kind) async throws {
        let stand = stand(
            """
            <ErrorResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><Error><Type>Sender</Type>
            <Code>\(code)</Code><Message>\(message)</Message></Error><RequestId>r-1</RequestId></ErrorResponse>
            """,
            status: status
        )
        let client = client(stand)
        let error = try #require(
            await #expect(throws: AWSError.self) { try await client.completeLifecycleAction(Self.hold) }
        )
        #expect(error.saysNothingIsHeld == isNothing && error.kind == kind && error.requestID == "r-1")
    }

    @Test("an answer of another form is no success")
    func malformed() async throws {
        let client = client(stand("<CompleteLifecycleActionResponse/>"))
        let error = try #require(
            await #expect(throws: AWSError.self) { try await client.completeLifecycleAction(Self.hold) }
        )
        #expect(error.code == .malformedAnswer)
    }

    @Test("a hook is read with its times; one of another name is none")
    func hooks() async throws {
        let text = """
            <DescribeLifecycleHooksResponse><DescribeLifecycleHooksResult><LifecycleHooks><member>
            <AutoScalingGroupName>g</AutoScalingGroupName><LifecycleHookName>drain</LifecycleHookName>
            <LifecycleTransition>autoscaling:EC2_INSTANCE_TERMINATING</LifecycleTransition><GlobalTimeout>172800</GlobalTimeout>
            <HeartbeatTimeout>3600</HeartbeatTimeout><DefaultResult>CONTINUE</DefaultResult></member></LifecycleHooks>
            </DescribeLifecycleHooksResult></DescribeLifecycleHooksResponse>
            """
        let stand = stand(text)
        let hook = try await client(stand).describeLifecycleHook(group: "g", hook: "drain")
        #expect(
            hook
                == LifecycleHook(
                    transition: "autoscaling:EC2_INSTANCE_TERMINATING",
                    heartbeatTimeoutSeconds: 3600,
                    globalTimeoutSeconds: 172_800,
                    defaultResult: "CONTINUE"
                )
        )
        #expect(
            form(stand.requests[0]) == [
                "Action=DescribeLifecycleHooks", "Version=2011-01-01", "AutoScalingGroupName=g",
                "LifecycleHookNames.member.1=drain",
            ]
        )
        #expect(try await client(self.stand(text)).describeLifecycleHook(group: "g", hook: "other") == nil)
    }
}
