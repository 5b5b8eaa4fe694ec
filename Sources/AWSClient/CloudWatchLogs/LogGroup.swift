/// A log group as DescribeLogGroups shows it.
package struct LogGroup: Sendable, Hashable, Decodable {
    /// Name.
    package let name: String
    /// ARN, ending in `:*`.
    package let arn: String?
    /// Days that events are kept; `nil` for ever.
    package let retentionDays: Int?
    /// ARN of its KMS key.
    package let kmsKeyID: String?

    private enum CodingKeys: String, CodingKey {
        case name = "logGroupName"
        case arn
        case retentionDays = "retentionInDays"
        case kmsKeyID = "kmsKeyId"
    }
}
