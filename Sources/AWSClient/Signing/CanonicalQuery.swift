/// A query as it is signed: every key and value decoded and percent-encoded again, `k` as `k=`, sorted by encoded key, then value.
struct CanonicalQuery {
    private var pairs: [(key: [UInt8], value: [UInt8])] = []

    /// The pairs of a query as sent, without `?`.
    init(_ query: String) {
        guard !query.isEmpty else { return }
        for part in Array(query.utf8).split(separator: UInt8(ascii: "&")) {
            let end = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let value = part[min(end + 1, part.endIndex)...]
            pairs.append(
                (Self.encoded(PercentEncoding.decoded(part[..<end])), Self.encoded(PercentEncoding.decoded(value)))
            )
        }
    }

    /// Adds a pair that is not encoded yet.
    mutating func add(_ key: String, _ value: String) {
        pairs.append((Self.encoded(key.utf8), Self.encoded(value.utf8)))
    }

    /// Removes every pair whose key, as encoded, fits.
    mutating func removeAll(where fits: (String) -> Bool) {
        pairs.removeAll { fits(String(decoding: $0.key, as: UTF8.self)) }
    }

    /// Appends the canonical form.
    func append(to bytes: inout [UInt8]) {
        guard !pairs.isEmpty else { return }
        let sorted = pairs.sorted { left, right in
            left.key == right.key
                ? left.value.lexicographicallyPrecedes(right.value) : left.key.lexicographicallyPrecedes(right.key)
        }
        for (index, pair) in sorted.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "&")) }
            bytes.append(contentsOf: pair.key)
            bytes.append(UInt8(ascii: "="))
            bytes.append(contentsOf: pair.value)
        }
    }

    /// The canonical form as text.
    var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func encoded(_ text: some Sequence<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        PercentEncoding.append(text, to: &bytes, keepingSlash: false)
        return bytes
    }
}
