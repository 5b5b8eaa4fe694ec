/// The journal's native protocol: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
enum JournalEncoding {
    /// Most bytes of a value; what is longer is cut, and says so. Far above a line of a tool's (16 KiB), far below what journald takes
    /// of a user's service (32 MiB an entry).
    static let mostValueBytes = 1 << 20

    /// Fields as the bytes of one datagram.
    static func encode(_ fields: [JournalField]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fields.reduce(0) { $0 + $1.name.utf8.count + min($1.value.count, mostValueBytes) + 10 })
        for field in fields { append(field, to: &bytes) }
        return bytes
    }

    private static func append(_ field: JournalField, to bytes: inout [UInt8]) {
        let value = field.value.count > mostValueBytes ? cut(field.value) : field.value
        bytes.append(contentsOf: field.name.utf8)
        // What has a line break has to be counted; the rest of the control characters is counted too, so that nobody need look at them.
        if value.contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\t") }) {
            bytes.append(UInt8(ascii: "\n"))
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: UInt64(value.count) >> UInt64(shift)))
            }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes.append(contentsOf: value)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// The value's beginning, cut between characters, and how much is missing.
    private static func cut(_ value: [UInt8]) -> [UInt8] {
        var end = mostValueBytes - 64
        // At most three bytes of a character follow its first.
        for _ in 0..<3 where value[end] & 0xc0 == 0x80 { end -= 1 }
        return value[..<end] + Array(" [\(value.count - end) more bytes]".utf8)
    }
}
