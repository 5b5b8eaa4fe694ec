/// The KMS operations in use (AWS JSON 1.1).
///
/// https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html
package struct KMSClient: Sendable {
    private let service: JSONService

    /// A client of this configuration; copies share retry budget, clock correction and signing key.
    package init(_ configuration: AWSConfiguration, environment: RuntimeEnvironment = .system) {
        service = JSONService(
            ServiceRuntime(configuration, service: .kms, environment: environment),
            version: .v1_1,
            target: "TrentService"
        )
    }

    /// What a key is: by id, ARN, `alias/…` or alias ARN.
    package func describeKey(keyID: String) async throws(AWSError) -> KMSKey {
        let answer: DescribeKeyAnswer = try await service.send("DescribeKey", ["KeyId": keyID])
        return answer.KeyMetadata
    }

    /// Whether a data key can be had under a key: it is asked for, and what comes back is dropped.
    package func generateDataKeyWithoutPlaintext(keyID: String) async throws(AWSError) {
        let request = ["KeyId": keyID, "KeySpec": "AES_256"]
        try await service.acknowledged("GenerateDataKeyWithoutPlaintext", request)
    }

    /// The policy of a key, JSON.
    ///
    /// - Parameter keyID: id or ARN; an alias will not do.
    package func getKeyPolicy(keyID: String) async throws(AWSError) -> String {
        let request = ["KeyId": keyID, "PolicyName": "default"]
        let answer: GetKeyPolicyAnswer = try await service.send("GetKeyPolicy", request)
        return answer.Policy
    }
}

private struct DescribeKeyAnswer: Decodable {
    var KeyMetadata: KMSKey
}

private struct GetKeyPolicyAnswer: Decodable {
    var Policy: String
}
