/// Where an object is in S3.
package struct S3ObjectLocation: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Bucket name.
    package var bucket: String
    /// Key as it is, not percent-encoded.
    package var key: String
    /// Version id; `nil` is the current version.
    package var versionId: String?

    /// A location of these parts.
    package init(bucket: String, key: String, versionId: String? = nil) {
        self.bucket = bucket
        self.key = key
        self.versionId = versionId
    }

    /// The location that `uri` names: `s3://bucket/key` or `s3://bucket/key?versionId=…`; `nil` when it is none.
    package init?(_ uri: String) {
        guard uri.hasPrefix("s3://") else { return nil }
        let rest = uri.dropFirst(5)
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        let bucket = String(rest[..<slash])
        var key = String(rest[rest.index(after: slash)...])
        var versionId: String?
        if let mark = key.firstRange(of: "?versionId=") {
            versionId = String(key[mark.upperBound...])
            key = String(key[..<mark.lowerBound])
            guard let versionId, TextRule.versionId.matches(versionId) else { return nil }
        }
        guard TextRule.bucket.matches(bucket), TextRule.objectKey.matches(key) else { return nil }
        self.init(bucket: bucket, key: key, versionId: versionId)
    }

    /// `s3://bucket/key`, without the version.
    package var uri: String { "s3://\(bucket)/\(key)" }

    /// `s3://bucket/key`, with `?versionId=…` when it has one.
    package var description: String { uri + (versionId.map { "?versionId=\($0)" } ?? "") }
}

extension TextRule {
    /// A bucket's name (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
    package static let bucket = word(
        "3 to 63 of a-z, 0-9, `.` and `-`, first a letter or digit",
        length: 3...63,
        first: .lower + .digits,
        rest: .lower + .digits + ASCIISet(".-")
    )

    /// An object's key: up to 1,024 bytes without control characters.
    package static let objectKey = TextRule("a key of 1 to 1024 bytes without control characters") { text in
        (1...1024).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    /// An object's version id.
    package static let versionId = TextRule("a version id: 1 to 1024 printable ASCII characters") { text in
        (1...1024).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// An object's address, with a version id if wanted.
    package static let objectURI = TextRule(
        "an S3 URI: `s3://bucket/key` or `s3://bucket/key?versionId=…`",
        fix: "write the manifest's S3 URI, or the manifest itself as an object"
    ) { S3ObjectLocation($0) != nil }
}
