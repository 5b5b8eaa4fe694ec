import OpenSSLDigest
import Synchronization

/// Remembers the last few signing keys: four HMACs saved with every signature of a day.
final class SigningKeyCache: Sendable {
    private struct Entry {
        let secret: String
        let day: String
        let region: String
        let service: String
        let key: HMACSHA256
    }

    /// Old and new credentials during a change, on either side of midnight.
    private static let limit = 4
    private let entries = Mutex<[Entry]>([])

    /// The key that `secret` gives for a day (`20150830`), region and service.
    func key(secret: String, day: String, region: String, service: String) -> HMACSHA256 {
        entries.withLock { entries in
            let found = entries.firstIndex {
                $0.day == day && $0.secret == secret && $0.region == region && $0.service == service
            }
            if let found { return entries[found].key }
            var derived = Array("AWS4".utf8) + Array(secret.utf8)
            for part in [day, region, service, "aws4_request"] {
                derived = HMACSHA256.code(Array(part.utf8), key: derived).array
            }
            let key = HMACSHA256(key: derived)
            if entries.count == Self.limit { entries.removeFirst() }
            entries.append(Entry(secret: secret, day: day, region: region, service: service, key: key))
            return key
        }
    }
}
