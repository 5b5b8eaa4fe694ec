/// Version of a tool, compared by its numbers: `1.6.6`, `v1.11.4`, `1.10.0-beta1`.
package struct ToolVersion: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// First number.
    package var major: Int
    /// Second number.
    package var minor: Int
    /// Third number.
    package var patch: Int

    /// A version of these numbers.
    package init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// The first version that stands in `text`, or `nil` when there is none.
    package init?(in text: String) {
        for word in text.split(whereSeparator: { !$0.isNumber && $0 != "." }) {
            let numbers = word.split(separator: ".").compactMap { Int($0) }
            if numbers.count >= 2 {
                self.init(numbers[0], numbers[1], numbers.count > 2 ? numbers[2] : 0)
                return
            }
        }
        return nil
    }

    package static func < (left: ToolVersion, right: ToolVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    /// `major.minor.patch`.
    package var description: String { "\(major).\(minor).\(patch)" }
}
