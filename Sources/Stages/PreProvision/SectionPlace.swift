import OpenSSLDigest
import Pipeline

/// Whose section it is: where its parameter and its object go.
struct SectionPlace: Sendable, Hashable, Encodable {
    /// The release's application.
    var applicationId: String
    /// The release's environment.
    var environment: String
    /// The execution's name, of characters that Parameter Store and S3 take as they are.
    var execution: String
    /// The stage that reads it.
    var stage: Stage

    /// The place of `stage`'s section in an execution of `release`.
    ///
    /// Step Functions takes names that Parameter Store does not (`a+b`, `é`): their other characters are replaced, and a digest
    /// of the name keeps two such executions apart.
    init(release: Release, execution: String, stage: Stage) {
        applicationId = release.applicationId
        environment = release.environment
        self.execution = Self.safe(execution)
        self.stage = stage
    }

    /// `<prefix>/<app>/<env>/<execution>/<section>`.
    func parameterName(prefix: String) -> String {
        "\(prefix)/\(applicationId)/\(environment)/\(execution)/\(stage.rawValue)"
    }

    /// `parameters/<app>/<env>/<execution>/<section>.json`.
    var objectKey: String { "parameters/\(applicationId)/\(environment)/\(execution)/\(stage.rawValue).json" }

    private static func safe(_ name: String) -> String {
        let allowed = ASCIISet.alphanumeric + ASCIISet("_-.")
        guard !name.utf8.allSatisfy(allowed.contains) else { return name }
        let replaced = name.utf8.map { allowed.contains($0) ? $0 : UInt8(ascii: "_") }
        return "\(String(decoding: replaced, as: UTF8.self))-\(SHA256.digest(name).hex.prefix(16))"
    }
}
