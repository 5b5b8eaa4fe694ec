import FoundationEssentials

/// The JSON that instance metadata, the container endpoint and a credential process answer with.
struct CredentialDocument: Decodable {
    let version: Int?
    let code: String?
    let message: String?
    let accessKeyID: String?
    let secretAccessKey: String?
    let token: String?
    let sessionToken: String?
    let expiration: String?
    let accountID: String?

    private enum CodingKeys: String, CodingKey {
        case version = "Version"
        case code = "Code"
        case message = "Message"
        case accessKeyID = "AccessKeyId"
        case secretAccessKey = "SecretAccessKey"
        case token = "Token"
        case sessionToken = "SessionToken"
        case expiration = "Expiration"
        case accountID = "AccountId"
    }

    /// Reads `bytes`.
    ///
    /// - Parameter origin: who answered, the first words of every message.
    /// - Throws: `CredentialProblem` when they are not such a document; its message quotes nothing of it.
    init(_ bytes: [UInt8], origin: String) throws(CredentialProblem) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch {
            throw CredentialProblem(
                "\(origin) answered something that is not a JSON object of credentials",
                kind: .transient
            )
        }
    }

    /// The credentials in it.
    ///
    /// - Parameter needsExpiration: whether an answer without `Expiration` is an error.
    /// - Throws: `CredentialProblem` naming the member that is missing or malformed.
    func credentials(source: String, origin: String, needsExpiration: Bool) throws(CredentialProblem) -> Credentials {
        func need(_ value: String?, _ name: String) throws(CredentialProblem) -> String {
            guard let value, !value.isEmpty else {
                throw CredentialProblem("\(origin) answered without \(name)", kind: .transient)
            }
            return value
        }
        var expires: Date?
        if needsExpiration || expiration != nil {
            expires = Self.date(try need(expiration, "Expiration"))
            if expires == nil {
                throw CredentialProblem("\(origin) answered an Expiration that is not an ISO 8601 date and time")
            }
        }
        return Credentials(
            accessKeyID: try need(accessKeyID, "AccessKeyId"),
            secretAccessKey: try need(secretAccessKey, "SecretAccessKey"),
            sessionToken: token ?? sessionToken,
            expiration: expires,
            accountID: accountID,
            source: source
        )
    }

    /// An ISO 8601 instant, with or without fractions of a second.
    static func date(_ text: String) -> Date? {
        let whole = Date.ISO8601FormatStyle(includingFractionalSeconds: false)
        let fractions = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? whole.parse(text)) ?? (try? fractions.parse(text))
    }
}
