/// A tag as the JSON services other than Logs and KMS spell it.
struct AWSTag: Codable, Sendable, Hashable {
    var Key: String
    var Value: String

    /// Tags in the order of their keys, so that equal tags make equal requests.
    static func list(_ tags: [String: String]) -> [AWSTag] {
        tags.sorted { $0.key < $1.key }.map { AWSTag(Key: $0.key, Value: $0.value) }
    }
}
