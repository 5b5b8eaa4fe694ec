/// Reads one JSON text (RFC 8259) that is known to be UTF-8. Duplicate keys are refused, nesting is bounded.
struct JSONTextReader {
    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var position = 0
    private var line = 1

    /// A reader of `bytes`.
    init(_ bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// The one value of the text.
    mutating func read() throws(DocumentProblem) -> DocumentNode {
        let value = try readValue(depth: 0, path: "")
        skipWhiteSpace()
        guard position == bytes.count else { throw unexpected("nothing more after the value", path: "") }
        return value
    }

    private mutating func readValue(depth: Int, path: String) throws(DocumentProblem) -> DocumentNode {
        skipWhiteSpace()
        let start = line
        switch peek {
        case UInt8(ascii: "{"):
            try checkDepth(depth, path: path)
            return DocumentNode(.mapping(try readEntries(depth: depth, path: path)), line: start)
        case UInt8(ascii: "["):
            try checkDepth(depth, path: path)
            return DocumentNode(.sequence(try readElements(depth: depth, path: path)), line: start)
        case UInt8(ascii: "\""):
            return DocumentNode(.string(try readString(path: path)), line: start)
        case UInt8(ascii: "t") where take("true"): return DocumentNode(.bool(true), line: start, plainText: "true")
        case UInt8(ascii: "f") where take("false"): return DocumentNode(.bool(false), line: start, plainText: "false")
        case UInt8(ascii: "n") where take("null"): return DocumentNode(.null, line: start, plainText: "null")
        case let byte? where byte == UInt8(ascii: "-") || byte.isDigit: return try readNumber(path: path)
        default: throw unexpected("a JSON value", path: path)
        }
    }

    private mutating func readEntries(depth: Int, path: String) throws(DocumentProblem) -> [DocumentEntry] {
        position += 1
        var entries: [DocumentEntry] = []
        var seen: Set<String> = []
        skipWhiteSpace()
        if take("}") { return entries }
        while true {
            skipWhiteSpace()
            let keyLine = line
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes", path: path) }
            let key = try readString(path: path)
            let keyPath = DocumentPath.join(path, key)
            guard seen.insert(key).inserted else { throw .duplicateKey(path: keyPath, line: keyLine) }
            skipWhiteSpace()
            guard take(":") else { throw unexpected("`:` after a key", path: keyPath) }
            entries.append(
                DocumentEntry(key: key, line: keyLine, value: try readValue(depth: depth + 1, path: keyPath))
            )
            skipWhiteSpace()
            if take("}") { return entries }
            guard take(",") else { throw unexpected("`,` or `}` after a value", path: keyPath) }
        }
    }

    private mutating func readElements(depth: Int, path: String) throws(DocumentProblem) -> [DocumentNode] {
        position += 1
        var elements: [DocumentNode] = []
        skipWhiteSpace()
        if take("]") { return elements }
        while true {
            let elementPath = "\(path)[\(elements.count)]"
            elements.append(try readValue(depth: depth + 1, path: elementPath))
            skipWhiteSpace()
            if take("]") { return elements }
            guard take(",") else { throw unexpected("`,` or `]` after a value", path: elementPath) }
        }
    }

    private mutating func readString(path: String) throws(DocumentProblem) -> String {
        position += 1
        let start = position
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        if peek == UInt8(ascii: "\"") {
            defer { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        var text = Array(bytes[start..<position])
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try readEscape(into: &text, path: path)
            case 0..<0x20:
                position -= 1
                throw unexpected("control characters in strings written as escapes, for example `\\n`", path: path)
            default: text.append(byte)
            }
        }
        throw unexpected("a string that ends in `\"`", path: path)
    }

    private mutating func readEscape(into text: inout [UInt8], path: String) throws(DocumentProblem) {
        guard let byte = peek else { throw unexpected("a string that ends in `\"`", path: path) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try readFourHexDigits(path: path)
            if 0xD800..<0xDC00 ~= code, take("\\u") {
                let low = try readFourHexDigits(path: path)
                guard 0xDC00..<0xE000 ~= low else { throw unexpected("surrogates in pairs", path: path) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw unexpected("surrogates in pairs", path: path) }
            text.append(contentsOf: Array(String(scalar).utf8))
        default:
            position -= 1
            throw unexpected("one of the escapes of JSON after `\\`", path: path)
        }
    }

    private mutating func readFourHexDigits(path: String) throws(DocumentProblem) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw unexpected("four hexadecimal digits after `\\u`", path: path)
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private mutating func readNumber(path: String) throws(DocumentProblem) -> DocumentNode {
        let start = position
        while let byte = peek, byte.isJSONNumberByte { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let content = PlainScalar.jsonNumber(text) else {
            position = start
            throw unexpected("a JSON number of at most 64 bits", path: path)
        }
        return DocumentNode(content, line: line, plainText: text)
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ token: StaticString) -> Bool {
        let end = position + token.utf8CodeUnitCount
        guard end <= bytes.count, bytes[position..<end].elementsEqual("\(token)".utf8) else { return false }
        position = end
        return true
    }

    private mutating func skipWhiteSpace() {
        while let byte = peek, byte.isJSONWhiteSpace {
            if byte == 0x0A { line += 1 }
            position += 1
        }
    }

    private func checkDepth(_ depth: Int, path: String) throws(DocumentProblem) {
        guard depth < maximumDepth else { throw .tooDeep(path: path, line: line, limit: maximumDepth) }
    }

    private func unexpected(_ allowed: String, path: String) -> DocumentProblem {
        let rest = bytes[position...].prefix(20).prefix { $0 != 0x0A }
        let found =
            position < bytes.count ? Excerpt.quoted(String(decoding: rest, as: UTF8.self)) : "the end of the text"
        return DocumentProblem(
            path: path.isEmpty ? DocumentProblem.wholeDocument : path,
            line: line,
            found: "text that is not JSON: \(found)",
            allowed: allowed,
            fix: "correct the JSON there"
        )
    }
}

extension UInt8 {
    /// Whether this can be part of a JSON number.
    fileprivate var isJSONNumberByte: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }
}
