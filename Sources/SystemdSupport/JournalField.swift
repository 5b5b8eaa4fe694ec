/// One field of a journal entry. The value may hold any bytes, line breaks too.
package struct JournalField: Sendable, Hashable {
    /// Upper-case ASCII letters, digits and underscores.
    package let name: String
    /// The value's bytes.
    package let value: [UInt8]

    /// A field with a text value.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = Array(value.utf8)
    }

    /// A field whose value is these bytes.
    package init(_ name: String, bytes: [UInt8]) {
        self.name = name
        value = bytes
    }

    /// Whether `name` may be a field that a program sets: journald drops others, and trusts those with a leading underscore.
    /// https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
    package static func isValid(name: String) -> Bool {
        guard let first = name.utf8.first, (1...64).contains(name.utf8.count) else { return false }
        guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "_")
        }
    }
}
