import Testing

@testable import AWSClient

/// The clients of SSM, S3, KMS, Logs and STS against LocalStack.
@Suite(.enabled(if: AWSEmulator.localStack != nil, "BUILDERD_TEST_LOCALSTACK is not set: run Tests/run"))
struct AWSLocalStackTests {
    @Test("SecureString parameters are written, versioned and read")
    func parameters() async throws {
        let configuration = try AWSEmulator.configuration(AWSEmulator.localStack)
        let client = SSMClient(configuration)
        let key = try await makeKey(configuration)
        let path = "/" + AWSEmulator.unique("builderd")
        let names = (0..<2).map { "\(path)/p\($0)" }
        for name in names {
            #expect(try await client.putParameter(name: name, value: "one é", keyID: key, tags: ["a": "b"]) == 1)
        }
        #expect(try await client.putParameter(name: names[0], value: "two", keyID: key, overwrite: true) == 2)
        #expect(try await client.getParameter(name: names[0]).value == "two")
        let old = try await client.getParameter(name: names[0], version: 1)
        #expect(old.value == "one é" && old.version == 1 && old.type == "SecureString")
        #expect(try await client.getParameter(name: names[0], decrypt: false).value != "two")
        do {
            _ = try await client.putParameter(name: names[0], value: "three", keyID: key)
            Issue.record("a parameter was overwritten unasked")
        } catch {
            #expect(error.code == "ParameterAlreadyExists" && error.kind == .rejected && !error.mayHaveActed)
        }
        do {
            _ = try await client.getParameter(name: path + "/none")
            Issue.record("a parameter that is not there was read")
        } catch {
            #expect(error.code == "ParameterNotFound" && error.kind == .notFound)
        }
    }

    @Test("objects of odd keys are written under a key, and read by version")
    func objects() async throws {
        let configuration = try AWSEmulator.configuration(AWSEmulator.localStack)
        let client = S3Client(configuration)
        let key = try await makeKey(configuration)
        let bucket = AWSEmulator.unique("bucket")
        try await makeVersionedBucket(configuration, bucket)
        for name in ["plain", "a b/c+d/é=?&%20", "x/../y", "-_.~!*'()"] {
            let first = try await client.putObject(
                bucket: bucket,
                key: name,
                body: Array("one".utf8),
                contentType: "text/plain",
                kmsKeyID: key
            )
            let second = try await client.putObject(bucket: bucket, key: name, body: [0, 255], kmsKeyID: key)
            let firstID = try #require(first.versionID)
            #expect(second.versionID != nil && second.versionID != first.versionID)
            #expect(try await client.getObject(bucket: bucket, key: name).body == [0, 255])
            let old = try await client.getObject(bucket: bucket, key: name, versionID: firstID)
            #expect(old.body == Array("one".utf8))
            let head = try await client.getObject(bucket: bucket, key: name).head
            #expect(head.serverSideEncryption == "aws:kms" && head.kmsKeyID?.contains(key) == true)
        }
        do {
            _ = try await client.getObject(bucket: bucket, key: "none")
            Issue.record("an object that is not there was read")
        } catch {
            #expect(error.code == "NoSuchKey" && error.kind == .notFound)
        }
        do {
            _ = try await client.getObject(bucket: AWSEmulator.unique("nobucket"), key: "none")
            Issue.record("a bucket that is not there was read")
        } catch {
            #expect(error.code == "NoSuchBucket" && error.kind == .notFound)
        }
    }

    @Test("an object over the limit is an error, not memory")
    func objectLimit() async throws {
        let configuration = try AWSEmulator.configuration(AWSEmulator.localStack)
        let client = S3Client(configuration)
        let bucket = AWSEmulator.unique("bucket")
        try await makeVersionedBucket(configuration, bucket)
        try await client.putObject(bucket: bucket, key: "k", body: [UInt8](repeating: 1, count: 3 * 1024 * 1024))
        #expect(try await client.getObject(bucket: bucket, key: "k").body.count == 3 * 1024 * 1024)
        await #expect(throws: AWSError.self) {
            try await client.getObject(bucket: bucket, key: "k", maximumBytes: 1024)
        }
    }

    @Test("keys are described by id and ARN")
    func keys() async throws {
        let configuration = try AWSEmulator.configuration(AWSEmulator.localStack)
        let client = KMSClient(configuration)
        let id = try await makeKey(configuration)
        let key = try await client.describeKey(keyID: id)
        #expect(key.keyID == id && key.state == "Enabled" && key.manager == "CUSTOMER" && key.enabled == true)
        #expect(try await client.describeKey(keyID: key.arn) == key)
        try await client.generateDataKeyWithoutPlaintext(keyID: key.arn)
        #expect(try await client.getKeyPolicy(keyID: id).contains("kms:*"))
        await #expect(throws: AWSError.self) {
            try await client.generateDataKeyWithoutPlaintext(keyID: "00000000-0000-4000-8000-000000000000")
        }
        do {
            _ = try await client.describeKey(keyID: "00000000-0000-4000-8000-000000000000")
            Issue.record("a key that does not exist was described")
        } catch {
            #expect(error.code == "NotFoundException" && error.kind == .notFound)
        }
    }

    @Test("log groups get a key and a retention")
    func logGroups() async throws {
        let configuration = try AWSEmulator.configuration(AWSEmulator.localStack)
        let client = CloudWatchLogsClient(configuration)
        let arn = try await KMSClient(configuration).describeKey(keyID: try await makeKey(configuration)).arn
        let name = "/" + AWSEmulator.unique("group")
        // LocalStack 4.9 has no AssociateKmsKey; that call's request is held to the API in JSONServiceTests.
        try await client.createLogGroup(name: name, kmsKeyID: arn, tags: ["a": "b"])
        try await client.putRetentionPolicy(name: name, days: 30)
        let groups = try await client.describeLogGroups(prefix: name)
        #expect(groups.map(\.name) == [name] && groups.first?.retentionDays == 30 && groups.first?.kmsKeyID == arn)
        do {
            try await client.createLogGroup(name: name)
            Issue.record("a log group was created twice")
        } catch {
            #expect(error.code == "ResourceAlreadyExistsException" && error.kind == .rejected)
        }
    }

    @Test("STS says who we are, and lends a role, signed and by web identity")
    func identities() async throws {
        let client = STSClient(try AWSEmulator.configuration(AWSEmulator.localStack))
        #expect(try await client.getCallerIdentity().account == "000000000000")
        let role = "arn:aws:iam::111122223333:role/builder"
        let signed = try await client.assumeRole(
            roleArn: role,
            sessionName: "tests",
            externalId: "e x",
            durationSeconds: 900
        )
        #expect(signed.expiration != nil && signed.sessionToken != nil && signed.accountID == "111122223333")
        let bearer = try await client.assumeRoleWithWebIdentity(roleArn: role, sessionName: "tests", token: "a.b.c&d")
        #expect(bearer.accessKeyID != signed.accessKeyID && bearer.sessionToken != nil)
    }

    private struct MadeKey: Decodable {
        struct Metadata: Decodable { let KeyId: String }
        let KeyMetadata: Metadata
    }

    private func makeKey(_ configuration: AWSConfiguration) async throws -> String {
        let runtime = ServiceRuntime(configuration, service: .kms, environment: .system)
        let service = JSONService(runtime, version: .v1_1, target: "TrentService")
        let made: MadeKey = try await service.send("CreateKey", ["Description": "tests"])
        return made.KeyMetadata.KeyId
    }

    private func makeVersionedBucket(_ configuration: AWSConfiguration, _ bucket: String) async throws {
        let runtime = ServiceRuntime(configuration, service: .s3, environment: .system)
        try await runtime.send(ServiceCall(operation: "CreateBucket", method: "PUT", path: "/\(bucket)")) { _ in }
        var call = ServiceCall(
            operation: "PutBucketVersioning",
            method: "PUT",
            path: "/\(bucket)",
            query: "versioning="
        )
        call.body = Array(
            """
            <VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status>\
            </VersioningConfiguration>
            """.utf8
        )
        try await runtime.send(call) { _ in }
    }
}
