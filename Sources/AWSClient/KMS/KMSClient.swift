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

    /// Lets a principal use a key.
    ///
    /// - Parameters:
    ///   - keyID: key id or ARN; not an alias. Of another account: the ARN.
    ///   - granteePrincipal: ARN of who may use it.
    ///   - operations: for example `Decrypt`, `ReEncryptFrom`, `DescribeKey`, `CreateGrant`.
    ///   - name: with the same name and parameters, a repeated call returns the same grant.
    package func createGrant(
        keyID: String,
        granteePrincipal: String,
        operations: [String],
        name: String,
        retiringPrincipal: String? = nil
    ) async throws(AWSError) -> KMSGrant {
        let request = CreateGrantRequest(
            KeyId: keyID,
            GranteePrincipal: granteePrincipal,
            RetiringPrincipal: retiringPrincipal,
            Operations: operations,
            Name: name
        )
        return try await service.send("CreateGrant", request)
    }
}

private struct DescribeKeyAnswer: Decodable {
    var KeyMetadata: KMSKey
}

private struct CreateGrantRequest: Encodable {
    var KeyId: String
    var GranteePrincipal: String
    var RetiringPrincipal: String?
    var Operations: [String]
    var Name: String
}
