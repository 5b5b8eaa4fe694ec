/// JSON as text: writing strings, and checking whole documents, without a tree in memory.
package enum JSONText {
    /// Bytes that `scalar` takes inside a JSON string.
    static func escapedCount(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x22, 0x5C, 0x08, 0x09, 0x0A, 0x0C, 0x0D: 2
        case 0..<0x20: 6
        default: UTF8.width(scalar)
        }
    }

    /// Appends `text` as a JSON string with its quotes.
    package static func append(_ text: some StringProtocol, to output: inout String) {
        output.append("\"")
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
            output.append(contentsOf: text)
        } else {
            for scalar in text.unicodeScalars { appendEscaped(scalar, to: &output) }
        }
        output.append("\"")
    }

    private static func appendEscaped(_ scalar: Unicode.Scalar, to output: inout String) {
        switch scalar.value {
        case 0x22: output.append("\\\"")
        case 0x5C: output.append("\\\\")
        case 0x08: output.append("\\b")
        case 0x09: output.append("\\t")
        case 0x0A: output.append("\\n")
        case 0x0C: output.append("\\f")
        case 0x0D: output.append("\\r")
        case 0..<0x20:
            let digits = String(scalar.value, radix: 16)
            output.append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
        default: output.unicodeScalars.append(scalar)
        }
    }

    /// Whether `text` is one JSON value (RFC 8259) nested at most 512 deep.
    package static func isValid(_ text: String) -> Bool {
        var scanner = JSONScanner(Array(text.utf8))
        return scanner.acceptsDocument()
    }
}
