import AWSClient
import CurlTransport
import FoundationEssentials
import Testing

/// Makes what a platform has before a release comes: a key, a versioned bucket, a table. By plain requests, as the client has only
/// the operations that the stages use.
struct EmulatedPlatformSetup {
    let transport: any HTTPExchanging
    let localStack: String
    let moto: String
    let region: String

    /// Makes a KMS key and returns its ARN.
    func makeKey() async throws -> String {
        struct Answer: Decodable {
            struct Metadata: Decodable { var Arn: String }
            var KeyMetadata: Metadata
        }
        let body = try await json(localStack, "kms", "TrentService.CreateKey", "1.1", "{}")
        return try JSONDecoder().decode(Answer.self, from: Data(body)).KeyMetadata.Arn
    }

    /// Makes a bucket that keeps versions.
    func makeBucket(_ name: String) async throws {
        let namespace = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""
        let place =
            "<CreateBucketConfiguration \(namespace)><LocationConstraint>\(region)</LocationConstraint></CreateBucketConfiguration>"
        try await ask(
            HTTPRequest(method: "PUT", url: "\(localStack)/\(name)", headers: [scope("s3")], body: Array(place.utf8))
        )
        let versions = "<VersioningConfiguration \(namespace)><Status>Enabled</Status></VersioningConfiguration>"
        try await ask(
            HTTPRequest(
                method: "PUT",
                url: "\(localStack)/\(name)?versioning",
                headers: [scope("s3")],
                body: Array(versions.utf8)
            )
        )
    }

    /// Encrypts what is put into a bucket under a KMS key.
    func encryptBucket(_ name: String, key: String) async throws {
        let rule =
            "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule>"
            + "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>"
            + "<KMSMasterKeyID>\(key)</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule>"
            + "</ServerSideEncryptionConfiguration>"
        try await ask(
            HTTPRequest(
                method: "PUT",
                url: "\(localStack)/\(name)?encryption",
                headers: [scope("s3")],
                body: Array(rule.utf8)
            )
        )
    }

    /// Makes an activity and returns its ARN.
    func makeActivity(_ name: String) async throws -> String {
        struct Answer: Decodable { var activityArn: String }
        let body = try await json(
            localStack,
            "states",
            "AWSStepFunctions.CreateActivity",
            "1.0",
            #"{"name":"\#(name)"}"#
        )
        return try JSONDecoder().decode(Answer.self, from: Data(body)).activityArn
    }

    /// Makes a state machine and returns its ARN.
    func makeStateMachine(_ name: String, definition: String) async throws -> String {
        struct Answer: Decodable { var stateMachineArn: String }
        let request = [
            "name": name, "definition": definition, "roleArn": "arn:aws:iam::000000000000:role/machine",
        ]
        let text = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
        let body = try await json(localStack, "states", "AWSStepFunctions.CreateStateMachine", "1.0", text)
        return try JSONDecoder().decode(Answer.self, from: Data(body)).stateMachineArn
    }

    /// Deletes an object.
    func removeObject(_ bucket: String, _ key: String) async throws {
        try await ask(HTTPRequest(method: "DELETE", url: "\(localStack)/\(bucket)/\(key)", headers: [scope("s3")]))
    }

    /// Makes an inventory table.
    func makeTable(_ name: String) async throws {
        let table = """
            {"TableName":"\(name)","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},
            {"AttributeName":"sk","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},
            {"AttributeName":"sk","AttributeType":"S"}]}
            """
        _ = try await json(moto, "dynamodb", "DynamoDB_20120810.CreateTable", "1.0", table)
    }

    /// Makes a lifecycle hook for ends of hosts. moto asks for no group of that name.
    func makeTerminationHook(_ name: String, group: String, heartbeatTimeoutSeconds: Int) async throws {
        let form =
            "Action=PutLifecycleHook&Version=2011-01-01&AutoScalingGroupName=\(group)&LifecycleHookName=\(name)&"
            + "LifecycleTransition=autoscaling:EC2_INSTANCE_TERMINATING&DefaultResult=CONTINUE&"
            + "HeartbeatTimeout=\(heartbeatTimeoutSeconds)"
        try await ask(
            HTTPRequest(
                method: "POST",
                url: moto + "/",
                headers: [HTTPField("Content-Type", "application/x-www-form-urlencoded"), scope("autoscaling")],
                body: Array(form.utf8)
            )
        )
    }

    private func json(
        _ url: String,
        _ service: String,
        _ target: String,
        _ version: String,
        _ body: String
    ) async throws -> [UInt8] {
        try await ask(
            HTTPRequest(
                method: "POST",
                url: url + "/",
                headers: [
                    HTTPField("X-Amz-Target", target), HTTPField("Content-Type", "application/x-amz-json-\(version)"),
                    scope(service),
                ],
                body: Array(body.utf8)
            )
        )
    }

    /// What an emulator needs of a signature to know service and region; it checks none.
    private func scope(_ service: String) -> HTTPField {
        HTTPField(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=test/20260101/\(region)/\(service)/aws4_request, SignedHeaders=host, Signature=0"
        )
    }

    @discardableResult
    private func ask(_ request: HTTPRequest) async throws -> [UInt8] {
        let response = try await transport.exchange(request)
        try #require((200..<300).contains(response.status), "\(String(decoding: response.body, as: UTF8.self))")
        return response.body
    }
}
