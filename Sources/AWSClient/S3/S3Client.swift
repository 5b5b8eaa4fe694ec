import CurlTransport

/// S3's object operations that the stages use (REST-XML).
///
/// Requests go to the bucket's own host, or by path where the endpoint is a custom one or the bucket's name has dots
/// (the certificate's wildcard does not reach below a dot).
/// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
package struct S3Client: Sendable {
    private let runtime: ServiceRuntime

    /// A client of this configuration; copies share retry budget, clock correction and signing key.
    package init(_ configuration: AWSConfiguration, environment: RuntimeEnvironment = .system) {
        runtime = ServiceRuntime(configuration, service: .s3, environment: environment)
    }

    /// Reads a whole object.
    ///
    /// - Parameters:
    ///   - versionID: a version to read; the latest when `nil`.
    ///   - maximumBytes: a larger object is an error with the transport's `body-too-large` underneath. Default 8 MiB.
    package func getObject(
        bucket: String,
        key: String,
        versionID: String? = nil,
        maximumBytes: Int = 8 * 1024 * 1024
    ) async throws(AWSError) -> S3Object {
        var call = try call("GetObject", "GET", bucket, key, versionID)
        call.limits = ExchangeLimits(whole: .seconds(120), bodyBytes: maximumBytes)
        return try await runtime.send(call) { S3Object(head: S3ObjectHead($0), body: $0.body) }
    }

    /// Writes an object, encrypted with a KMS key.
    ///
    /// - Parameters:
    ///   - contentType: for example `application/json`.
    ///   - kmsKeyID: key id or ARN for SSE-KMS; `nil` leaves encryption to the bucket's default.
    /// - Returns: the version written, where the bucket keeps versions.
    @discardableResult
    package func putObject(
        bucket: String,
        key: String,
        body: [UInt8],
        contentType: String = "application/octet-stream",
        kmsKeyID: String? = nil
    ) async throws(AWSError) -> S3ObjectHead {
        var call = try call("PutObject", "PUT", bucket, key, nil)
        call.headers.append(HTTPField("Content-Type", contentType))
        if let kmsKeyID {
            call.headers.append(HTTPField("x-amz-server-side-encryption", "aws:kms"))
            call.headers.append(HTTPField("x-amz-server-side-encryption-aws-kms-key-id", kmsKeyID))
        }
        call.body = body
        call.limits = ExchangeLimits(whole: .seconds(120))
        return try await runtime.send(call) { S3ObjectHead($0) }
    }

    /// Deletes an object. Deleting what is not there succeeds.
    ///
    /// - Parameter ifMatch: entity tag, with its quotes, of the object that is meant; another one is left (`PreconditionFailed`).
    package func deleteObject(
        bucket: String,
        key: String,
        ifMatch: String? = nil
    ) async throws(AWSError) {
        var call = try call("DeleteObject", "DELETE", bucket, key, nil)
        if let ifMatch { call.headers.append(HTTPField("If-Match", ifMatch)) }
        try await runtime.send(call) { _ in }
    }

    /// How a bucket encrypts by default.
    package func getBucketEncryption(bucket: String) async throws(AWSError) -> BucketEncryption {
        var call = try address("GetBucketEncryption", "GET", bucket, "")
        call.query = "encryption="
        return try await runtime.send(call) { (response) throws(AnswerProblem) in
            try BucketEncryption(try XMLReader.read(response.body))
        }
    }

    private func call(
        _ operation: String,
        _ method: String,
        _ bucket: String,
        _ key: String,
        _ versionID: String?
    ) throws(AWSError) -> ServiceCall {
        guard !key.isEmpty else { throw Self.invalid(operation, "an S3 key cannot be empty") }
        var call = try address(operation, method, bucket, key)
        if let versionID { call.query = "versionId=" + PercentEncoding.component(versionID) }
        return call
    }

    private static func invalid(_ operation: String, _ message: String) -> AWSError {
        AWSError(
            code: "builderd.InvalidAddress",
            kind: .rejected,
            message: message,
            operation: "s3.\(operation)",
            attempts: 0
        )
    }

    /// A call to a bucket, or to an object in it where `key` is not empty.
    private func address(
        _ operation: String,
        _ method: String,
        _ bucket: String,
        _ key: String
    ) throws(AWSError) -> ServiceCall {
        guard S3Address.isBucketName(bucket) else {
            throw Self.invalid(operation, "'\(bucket)' is not an S3 bucket name")
        }
        let byPath = try runtime.endpoint(for: operation).isCustom || bucket.utf8.contains(UInt8(ascii: "."))
        var call = ServiceCall(operation: operation, method: method)
        call.hostPrefix = byPath ? "" : bucket + "."
        call.path = (byPath ? "/" + bucket : "") + "/" + PercentEncoding.path(key)
        return call
    }
}
