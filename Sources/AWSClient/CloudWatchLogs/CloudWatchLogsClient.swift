/// The CloudWatch Logs operations that Post Provision uses (AWS JSON 1.1).
///
/// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html
package struct CloudWatchLogsClient: Sendable {
    private let service: JSONService

    /// A client of this configuration; copies share retry budget, clock correction and signing key.
    package init(_ configuration: AWSConfiguration, environment: RuntimeEnvironment = .system) {
        service = JSONService(
            ServiceRuntime(configuration, service: .cloudwatchLogs, environment: environment),
            version: .v1_1,
            target: "Logs_20140328"
        )
    }

    /// Creates a log group. One that exists is `ResourceAlreadyExistsException`.
    ///
    /// - Parameters:
    ///   - name: 1 to 512 of `A-Z a-z 0-9 . - _ / #`.
    ///   - kmsKeyID: key ARN.
    package func createLogGroup(
        name: String,
        kmsKeyID: String? = nil,
        tags: [String: String] = [:]
    ) async throws(AWSError) {
        let request = CreateLogGroupRequest(logGroupName: name, kmsKeyId: kmsKeyID, tags: tags.isEmpty ? nil : tags)
        try await service.acknowledged("CreateLogGroup", request)
    }

    /// Sets how long events are kept.
    ///
    /// - Parameter days: one of the service's steps: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, …
    package func putRetentionPolicy(name: String, days: Int) async throws(AWSError) {
        try await service.acknowledged(
            "PutRetentionPolicy",
            PutRetentionPolicyRequest(logGroupName: name, retentionInDays: days)
        )
    }

    /// Encrypts a log group's new events with a KMS key, by ARN.
    package func associateKMSKey(name: String, kmsKeyID: String) async throws(AWSError) {
        try await service.acknowledged("AssociateKmsKey", ["logGroupName": name, "kmsKeyId": kmsKeyID])
    }

    /// The log groups whose names begin with `prefix`, all pages.
    package func describeLogGroups(prefix: String) async throws(AWSError) -> [LogGroup] {
        var found: [LogGroup] = []
        var members = ["logGroupNamePrefix": prefix]
        repeat {
            let page: DescribeLogGroupsAnswer = try await service.send("DescribeLogGroups", members)
            found += page.logGroups ?? []
            members["nextToken"] = page.nextToken
        } while members["nextToken"] != nil
        return found
    }
}

private struct CreateLogGroupRequest: Encodable {
    var logGroupName: String
    var kmsKeyId: String?
    var tags: [String: String]?
}

private struct PutRetentionPolicyRequest: Encodable {
    var logGroupName: String
    var retentionInDays: Int
}

private struct DescribeLogGroupsAnswer: Decodable {
    var logGroups: [LogGroup]?
    var nextToken: String?
}
