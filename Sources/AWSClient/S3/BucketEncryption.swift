/// How a bucket encrypts what is written without a word on it.
package struct BucketEncryption: Sendable, Hashable {
    /// `aws:kms`, `aws:kms:dsse` or `AES256`.
    package let algorithm: String
    /// The KMS key's id or ARN; `nil` for the account's `aws/s3`.
    package let keyID: String?

    /// The first rule of a GetBucketEncryption answer.
    init(_ root: XMLElement) throws(AnswerProblem) {
        let rule = try root.required("Rule").required("ApplyServerSideEncryptionByDefault")
        algorithm = try rule.requiredText("SSEAlgorithm")
        keyID = rule.text("KMSMasterKeyID").flatMap { $0.isEmpty ? nil : $0 }
    }
}
