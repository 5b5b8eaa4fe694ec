/// The KMS operations that the stages use (AWS JSON 1.1).
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
}

private struct DescribeKeyAnswer: Decodable {
    var KeyMetadata: KMSKey
}
