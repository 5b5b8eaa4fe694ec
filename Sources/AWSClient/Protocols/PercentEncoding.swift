/// Percent-encoding as the services canonicalise it: everything but `A-Z a-z 0-9 - . _ ~` (RFC 3986 §2.3), upper-case digits.
enum PercentEncoding {
    /// A query key or value, or a form's: `/` is encoded too.
    static func component(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text.utf8, to: &bytes, keepingSlash: false)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A path: `/` stays.
    static func path(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text.utf8, to: &bytes, keepingSlash: true)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends `text`, encoded.
    static func append(_ text: some Sequence<UInt8>, to bytes: inout [UInt8], keepingSlash: Bool) {
        for byte in text {
            if isUnreserved(byte) || (keepingSlash && byte == UInt8(ascii: "/")) {
                bytes.append(byte)
            } else {
                append(encoded: byte, to: &bytes)
            }
        }
    }

    /// Appends `%` and two digits.
    static func append(encoded byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "%"))
        bytes.append(digit(byte >> 4))
        bytes.append(digit(byte & 0x0F))
    }

    /// `text` with every valid `%XX` decoded; `+` stays a plus, as the services have it in a query.
    static func decoded(_ text: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(text)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = value(bytes[index + 1]), let low = value(bytes[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// Whether a byte is never encoded.
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
