/// The escapes of a JSON string (RFC 8259 §7).
enum JSONEscapes {
    /// The text that `raw`, the bytes between a string's quotation marks, stands for.
    ///
    /// - Throws: `AnswerProblem` for an unknown escape, half a surrogate pair, or bytes that are not UTF-8.
    static func text(_ raw: ArraySlice<UInt8>) throws(AnswerProblem) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        var index = raw.startIndex
        while index < raw.endIndex {
            let byte = raw[index]
            index += 1
            if byte != UInt8(ascii: "\\") {
                bytes.append(byte)
            } else {
                try append(escapeIn: raw, at: &index, to: &bytes)
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw AnswerProblem("the answer is not UTF-8")
        }
        return text
    }

    private static func append(
        escapeIn raw: ArraySlice<UInt8>,
        at index: inout Int,
        to bytes: inout [UInt8]
    ) throws(AnswerProblem) {
        guard index < raw.endIndex else { throw problem }
        let escape = raw[index]
        index += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(escape)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            var unit = try codeUnit(raw, at: &index)
            if (0xD800..<0xDC00).contains(unit) {
                guard index + 1 < raw.endIndex, raw[index] == UInt8(ascii: "\\"), raw[index + 1] == UInt8(ascii: "u")
                else {
                    throw problem
                }
                index += 2
                let low = try codeUnit(raw, at: &index)
                guard (0xDC00..<0xE000).contains(low) else { throw problem }
                unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(unit) else { throw problem }
            bytes.append(contentsOf: String(Character(scalar)).utf8)
        default: throw problem
        }
    }

    private static func codeUnit(_ raw: ArraySlice<UInt8>, at index: inout Int) throws(AnswerProblem) -> UInt32 {
        guard index + 4 <= raw.endIndex else { throw problem }
        var value: UInt32 = 0
        for byte in raw[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { throw problem }
            value = value << 4 | UInt32(digit)
        }
        index += 4
        return value
    }

    private static var problem: AnswerProblem { AnswerProblem("the answer's JSON has a broken escape") }
}
