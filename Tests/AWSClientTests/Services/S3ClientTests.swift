import CurlTransport
import Testing

@testable import AWSClient

@Suite struct S3ClientTests {
    private func stand(_ status: Int = 200, _ headers: [HTTPField] = [], _ body: String = "") -> ClientStand {
        ClientStand([.response(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))])
    }

    private func client(_ stand: ClientStand, custom: String?) -> S3Client {
        var configuration = stand.configuration()
        configuration.endpoints = custom.map { EndpointResolver(everyService: $0) } ?? EndpointResolver()
        return S3Client(configuration, environment: stand.environment)
    }

    @Test(
        "the bucket stands in the host, or in the path of custom endpoints and where its name has dots",
        arguments: [
            (String?.none, "my-bucket", "https://my-bucket.s3.eu-central-1.amazonaws.com/a/b%20c%2B%C3%A9//%3Fd"),
            (nil, "my.bucket", "https://s3.eu-central-1.amazonaws.com/my.bucket/a/b%20c%2B%C3%A9//%3Fd"),
            ("http://127.0.0.1:4566", "my-bucket", "http://127.0.0.1:4566/my-bucket/a/b%20c%2B%C3%A9//%3Fd"),
        ]
    )
    func addressing(custom: String?, bucket: String, url: String) async throws {
        let stand = stand(200, [HTTPField("x-amz-version-id", "v1")], "hello")
        let object = try await client(stand, custom: custom).getObject(
            bucket: bucket,
            key: "a/b c+é//?d",
            versionID: "v/1"
        )
        #expect(stand.requests[0].url == url + "?versionId=v%2F1")
        #expect(stand.requests[0].method == "GET" && stand.requests[0].limits.bodyBytes == 8 * 1024 * 1024)
        #expect(stand.requests[0].header("x-amz-content-sha256")?.hasPrefix("e3b0c442") == true)
        #expect(String(decoding: object.body, as: UTF8.self) == "hello" && object.head.versionID == "v1")
    }

    @Test("a write is encrypted with the key and says which version it made")
    func put() async throws {
        let stand = stand(200, [HTTPField("x-amz-version-id", "v7")])
        let head = try await client(stand, custom: nil).putObject(
            bucket: "bucket",
            key: "k",
            body: [1, 2],
            contentType: "application/json",
            kmsKeyID: "key-1"
        )
        let request = stand.requests[0]
        #expect(head.versionID == "v7")
        #expect(
            request.method == "PUT" && request.body == [1, 2] && request.header("Content-Type") == "application/json"
        )
        #expect(request.header("x-amz-server-side-encryption") == "aws:kms")
        #expect(request.header("x-amz-server-side-encryption-aws-kms-key-id") == "key-1")
        #expect(request.header("Authorization")?.contains("/eu-central-1/s3/aws4_request") == true)
    }

    @Test("a missing object is not found, with or without a body")
    func missing() async {
        for body in ["", "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>"] {
            let error = await awsError { () async throws(AWSError) in
                _ = try await client(stand(404, [], body), custom: nil).getObject(bucket: "bucket", key: "k")
            }
            #expect(error?.kind == .notFound && error?.operation == "s3.GetObject")
        }
    }

    @Test(
        "names that cannot be a bucket's never reach a URL",
        arguments: ["", "ab", "A_b", "a..b", "-ab", "a/b", "a@evil.com", "bücket"]
    )
    func badBucket(name: String) async {
        let stand = stand()
        let error = await awsError { () async throws(AWSError) in
            _ = try await client(stand, custom: nil).getObject(bucket: name, key: "k")
        }
        #expect(error?.kind == .rejected && stand.requests.isEmpty)
    }

    @Test("an object over the limit says so")
    func tooLarge() async {
        let stand = ClientStand([.lost(.bodyTooLarge)])
        let error = await awsError { () async throws(AWSError) in
            _ = try await client(stand, custom: nil).getObject(bucket: "bucket", key: "k", maximumBytes: 10)
        }
        #expect(error?.kind == .rejected && (error?.underlying as? TransportError)?.code == .bodyTooLarge)
        #expect(stand.requests.count == 1 && stand.requests[0].limits.bodyBytes == 10)
    }

    @Test("an object is deleted only if it is the one that is meant, where that is asked", arguments: ["\"e\"", nil])
    func conditionalDeletion(tag: String?) async throws {
        let stand = stand(204)
        try await client(stand, custom: nil).deleteObject(bucket: "states", key: "k.tflock", ifMatch: tag)
        #expect(stand.requests[0].header("If-Match") == tag && stand.requests[0].method == "DELETE")
    }
}
