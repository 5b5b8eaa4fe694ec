/// A strict reader of one JSON text (RFC 8259): members that are asked for come out, the rest is checked and passed over.
///
/// It is what stands between an answer and `JSONDecoder` (which would recurse 512 levels deep), and the whole decoder of the
/// worker's hot path. It never recurses.
struct JSONScanner {
    /// What a scanned member's value was.
    enum Value: Sendable, Hashable {
        case string(String)
        case null
        case other
    }

    /// Deeper nesting is refused. AWS's own answers stay below ten levels; DynamoDB allows 32 in an item.
    static let maximumDepth = 72

    private let bytes: [UInt8]
    private var index = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Checks that `bytes` are one JSON object and nothing else, and gives the values of the named members.
    ///
    /// - Parameter names: members wanted; of a repeated one the last counts, as everywhere.
    /// - Throws: `AnswerProblem` saying what the bytes are instead.
    static func object(_ bytes: [UInt8], members names: [StaticString] = []) throws(AnswerProblem) -> [Value?] {
        var scanner = JSONScanner(bytes)
        var values = [Value?](repeating: nil, count: names.count)
        scanner.skipSpace()
        guard let first = scanner.peek else { throw AnswerProblem("the answer is empty") }
        guard first == UInt8(ascii: "{") else {
            let isMarkup = first == UInt8(ascii: "<")
            throw AnswerProblem(isMarkup ? "the answer is HTML or XML, not JSON" : "the answer is not a JSON object")
        }
        scanner.index += 1
        scanner.skipSpace()
        if scanner.peek == UInt8(ascii: "}") {
            scanner.index += 1
        } else {
            repeat {
                scanner.skipSpace()
                let name = try scanner.string()
                try scanner.colon()
                if let slot = names.firstIndex(where: { name.utf8.elementsEqual($0.description.utf8) }) {
                    values[slot] = try scanner.value()
                } else {
                    try scanner.skipValue()
                }
            } while try scanner.continues(to: UInt8(ascii: "}"))
        }
        scanner.skipSpace()
        guard scanner.index == bytes.count else { throw AnswerProblem("the answer goes on after its JSON object") }
        return values
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index += 1 }
    }

    private mutating func colon() throws(AnswerProblem) {
        skipSpace()
        guard peek == UInt8(ascii: ":") else { throw broken }
        index += 1
        skipSpace()
    }

    /// After a member or element: `true` past a comma, `false` past the closing bracket.
    private mutating func continues(to close: UInt8) throws(AnswerProblem) -> Bool {
        skipSpace()
        guard let byte = peek, byte == close || byte == UInt8(ascii: ",") else { throw broken }
        index += 1
        return byte != close
    }

    private mutating func value() throws(AnswerProblem) -> Value {
        if peek == UInt8(ascii: "\"") { return .string(try string()) }
        let isNull = peek == UInt8(ascii: "n")
        try skipValue()
        return isNull ? .null : .other
    }

    /// Passes over one value of any kind, with a stack of open brackets of its own.
    private mutating func skipValue() throws(AnswerProblem) {
        var open: [UInt8] = []
        repeat {
            skipSpace()
            guard let byte = peek else { throw broken }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard open.count < Self.maximumDepth else {
                    throw AnswerProblem("the answer's JSON is nested too deeply")
                }
                index += 1
                skipSpace()
                if peek == byte + 2 {
                    index += 1
                    break
                }
                open.append(byte + 2)
                if byte == UInt8(ascii: "{") { try memberName() }
                continue
            case UInt8(ascii: "\""): try checkString()
            case UInt8(ascii: "t"): try literal("true")
            case UInt8(ascii: "f"): try literal("false")
            case UInt8(ascii: "n"): try literal("null")
            default: try number()
            }
            while let close = open.last {
                if try continues(to: close) {
                    if close == UInt8(ascii: "}") { try memberName() }
                    break
                }
                open.removeLast()
            }
        } while !open.isEmpty
    }

    private mutating func memberName() throws(AnswerProblem) {
        skipSpace()
        try checkString()
        try colon()
    }

    private mutating func literal(_ text: StaticString) throws(AnswerProblem) {
        guard bytes[index...].starts(with: text.description.utf8) else { throw broken }
        index += text.utf8CodeUnitCount
    }

    private mutating func number() throws(AnswerProblem) {
        if peek == UInt8(ascii: "-") { index += 1 }
        if peek == UInt8(ascii: "0") { index += 1 } else { try digits() }
        if peek == UInt8(ascii: ".") {
            index += 1
            try digits()
        }
        if let byte = peek, byte | 0x20 == UInt8(ascii: "e") {
            index += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { index += 1 }
            try digits()
        }
    }

    private mutating func digits() throws(AnswerProblem) {
        let start = index
        while let byte = peek, (0x30...0x39).contains(byte) { index += 1 }
        guard index > start else { throw broken }
    }

    private mutating func checkString() throws(AnswerProblem) { _ = try string() }

    /// Bytes between the quotation marks, and whether any of them is an escape.
    private mutating func stringRange() throws(AnswerProblem) -> (range: Range<Int>, hasEscapes: Bool) {
        guard peek == UInt8(ascii: "\"") else { throw broken }
        index += 1
        let start = index
        var hasEscapes = false
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                index += 1
                return (start..<index - 1, hasEscapes)
            }
            guard byte >= 0x20 else { throw broken }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index += 1
            }
            index += 1
        }
        throw broken
    }

    private mutating func string() throws(AnswerProblem) -> String {
        let (range, hasEscapes) = try stringRange()
        let raw = bytes[range]
        if hasEscapes { return try JSONEscapes.text(raw) }
        guard let text = String(validating: raw, as: UTF8.self) else { throw AnswerProblem("the answer is not UTF-8") }
        return text
    }

    private var broken: AnswerProblem {
        index >= bytes.count
            ? AnswerProblem("the answer's JSON ends too early")
            : AnswerProblem("the answer is not JSON (byte \(index))")
    }
}
