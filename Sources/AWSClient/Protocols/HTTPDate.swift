package import FoundationEssentials

/// The `Date` header field (RFC 9110 §5.6.7), in the one form that senders may still write.
package enum HTTPDate {
    private static let months = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)
    private static let template = Array("xxx, 00 xxx 0000 00:00:00 GMT".utf8)

    /// `Sun, 06 Nov 1994 08:49:37 GMT` as an instant; `nil` for anything else.
    package static func date(_ text: String) -> Date? {
        let bytes = text.utf8.span
        guard bytes.count == template.count else { return nil }
        for index in 0..<template.count {
            let byte = bytes[index]
            switch template[index] {
            case UInt8(ascii: "x"): guard (0x41...0x5A).contains(byte & 0xDF) else { return nil }
            case UInt8(ascii: "0"): guard (0x30...0x39).contains(byte) else { return nil }
            default: guard byte == template[index] else { return nil }
            }
        }
        let month = (0..<12).first { month in (0..<3).allSatisfy { months[month * 3 + $0] == bytes[8 + $0] } }
        guard let month else { return nil }
        func number(_ start: Int, _ count: Int) -> Int {
            (start..<start + count).reduce(0) { $0 * 10 + Int(bytes[$1] - 0x30) }
        }
        return CivilTime(
            year: number(12, 4),
            month: month + 1,
            day: number(5, 2),
            hour: number(17, 2),
            minute: number(20, 2),
            second: number(23, 2)
        )?.date
    }
}
