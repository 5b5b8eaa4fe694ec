package import ActivityWorker
package import AWSClient

/// The customer's KMS key, as most services want it named: by ARN.
package enum CustomerKey {
    /// ARN of the key that `name` (id, ARN or `alias/…`) stands for; asked of KMS unless it is a key's ARN already.
    ///
    /// - Throws: `TaskFailure` `AWS.…` when there is no such key or it may not be looked at.
    package static func arn(
        _ name: String,
        in context: TaskContext,
        with configuration: AWSConfiguration
    ) async throws -> String {
        if name.hasPrefix("arn:"), name.contains(":key/") { return name }
        return try await context.step("customer-key", inputs: [name]) {
            try await AWSCall.run("looking up the KMS key \(name)", step: "customer-key") {
                try await KMSClient(configuration).describeKey(keyID: name).arn
            }
        }
    }
}
