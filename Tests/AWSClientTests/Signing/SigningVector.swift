import FoundationEssentials

@testable import AWSClient

/// A public case's `context.json`.
struct SigningVector: Decodable {
    struct Identity: Decodable {
        let accessKeyID: String
        let secretAccessKey: String
        let token: String?

        var value: Credentials {
            Credentials(
                accessKeyID: accessKeyID,
                secretAccessKey: secretAccessKey,
                sessionToken: token,
                source: "vector"
            )
        }

        private enum CodingKeys: String, CodingKey {
            case accessKeyID = "access_key_id"
            case secretAccessKey = "secret_access_key"
            case token
        }
    }

    let credentials: Identity
    let expirationInSeconds: Int
    let normalize: Bool
    let region: String
    let service: String
    let signBody: Bool
    let omitSessionToken: Bool?
    let timestamp: String

    var date: Date { ISO8601.date(timestamp) ?? .distantPast }

    private enum CodingKeys: String, CodingKey {
        case credentials, normalize, region, service, timestamp
        case expirationInSeconds = "expiration_in_seconds"
        case signBody = "sign_body"
        case omitSessionToken = "omit_session_token"
    }
}
