import AWSClient
import ActivityWorker
import Pipeline

/// Makes sure of the application's log groups: they are there, keep events as long as asked, and are encrypted.
struct LogGroups: Sendable {
    let client: CloudWatchLogsClient
    /// ARN of the key.
    let kmsKey: String
    let retentionDays: Int
    let tags: [String: String]

    /// Makes sure of one; a group that is right already is left as it is.
    func ensure(_ name: String) async throws {
        try await AWSCall.run("making sure of the log group \(name)", step: "log-groups") {
            do {
                try await client.createLogGroup(name: name, kmsKeyID: kmsKey, tags: tags)
            } catch let error as AWSError where error.code == "ResourceAlreadyExistsException" {
                let group = try await client.describeLogGroups(prefix: name).first { $0.name == name }
                if group?.kmsKeyID != kmsKey { try await client.associateKMSKey(name: name, kmsKeyID: kmsKey) }
                if group?.retentionDays == retentionDays { return }
            }
            try await client.putRetentionPolicy(name: name, days: retentionDays)
        }
    }
}
