/// Parameter Store's operations that the stages use (AWS JSON 1.1).
///
/// https://docs.aws.amazon.com/systems-manager/latest/APIReference/Welcome.html
package struct SSMClient: Sendable {
    private let service: JSONService

    /// A client of this configuration; copies share retry budget, clock correction and signing key.
    package init(_ configuration: AWSConfiguration, environment: RuntimeEnvironment = .system) {
        service = JSONService(
            ServiceRuntime(configuration, service: .ssm, environment: environment),
            version: .v1_1,
            target: "AmazonSSM"
        )
    }

    /// Writes a SecureString parameter and returns the version it now has.
    ///
    /// Retries are not idempotent: after an ambiguous attempt the version may be one higher, or, without `overwrite`,
    /// the answer may be `ParameterAlreadyExists` with `mayHaveActed` set.
    ///
    /// - Parameters:
    ///   - value: at most 4 KiB in the standard tier, 8 KiB in the advanced one.
    ///   - keyID: KMS key id, ARN or `alias/…`; `nil` for the account's `alias/aws/ssm`.
    ///   - tags: only without `overwrite`: the service refuses both together.
    package func putParameter(
        name: String,
        value: String,
        keyID: String? = nil,
        overwrite: Bool = false,
        tier: ParameterTier = .standard,
        tags: [String: String] = [:]
    ) async throws(AWSError) -> Int {
        let request = PutParameterRequest(
            Name: name,
            Value: value,
            KeyId: keyID,
            Overwrite: overwrite,
            Tier: tier,
            Tags: tags.isEmpty ? nil : AWSTag.list(tags)
        )
        let answer: PutParameterAnswer = try await service.send("PutParameter", request)
        return answer.Version
    }

    /// Reads one parameter, decrypted unless told otherwise.
    ///
    /// - Parameter version: a version to read; the latest when `nil`.
    package func getParameter(
        name: String,
        version: Int? = nil,
        decrypt: Bool = true
    ) async throws(AWSError) -> Parameter {
        let request = GetParameterRequest(Name: name + (version.map { ":\($0)" } ?? ""), WithDecryption: decrypt)
        let answer: GetParameterAnswer = try await service.send("GetParameter", request)
        return answer.Parameter
    }
}

// Documents, named as the service names their members.

private struct PutParameterRequest: Encodable {
    var Name: String
    var Value: String
    var `Type` = "SecureString"
    var KeyId: String?
    var Overwrite: Bool
    var Tier: ParameterTier
    var Tags: [AWSTag]?
}

private struct PutParameterAnswer: Decodable {
    var Version: Int
}

private struct GetParameterRequest: Encodable {
    var Name: String
    var WithDecryption: Bool
}

private struct GetParameterAnswer: Decodable {
    var Parameter: Parameter
}
