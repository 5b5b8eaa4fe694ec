import CurlTransport

/// What S3 says of an object beside its bytes.
package struct S3ObjectHead: Sendable, Hashable {
    /// Version id, where the bucket keeps versions.
    package let versionID: String?
    /// Entity tag with its quotes. Not a digest of the content under SSE-KMS.
    package let entityTag: String?
    /// `aws:kms`, `AES256` or nothing.
    package let serverSideEncryption: String?
    /// ARN of the KMS key.
    package let kmsKeyID: String?

    init(_ response: HTTPResponse) {
        versionID = response.header("x-amz-version-id")
        entityTag = response.header("ETag")
        serverSideEncryption = response.header("x-amz-server-side-encryption")
        kmsKeyID = response.header("x-amz-server-side-encryption-aws-kms-key-id")
    }
}
