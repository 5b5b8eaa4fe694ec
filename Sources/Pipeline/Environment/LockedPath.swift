/// A path of the manifest that the environment keeps to itself.
package struct LockedPath: Sendable, Hashable, Codable {
    /// For example `spec.logging.retentionDays`; it covers all beneath it.
    package var path: String
    /// Why, for the author of a manifest who meets it.
    package var reason: String?

    /// A lock of this path.
    package init(path: String, reason: String? = nil) {
        self.path = path
        self.reason = reason
    }

    /// The parts between the dots.
    package var components: [String] { path.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }

    package init(from decoder: any Decoder) throws {
        if let path = try? decoder.singleValueContainer().decode(String.self) {
            self.init(path: path)
        } else {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                path: try container.decode(String.self, forKey: .path),
                reason: try container.decodeIfPresent(String.self, forKey: .reason)
            )
        }
    }
}
