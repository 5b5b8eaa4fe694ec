/// A small reader of the XML that AWS answers with: elements, character data, CDATA, the five entities and character references.
///
/// FoundationXML would do the same for more memory than the daemon's whole idle budget leaves (it loads libxml2 and full
/// Foundation). A document type declaration is refused, so no entity can be defined; depth and element count are bounded.
struct XMLReader {
    /// Deeper nesting is refused. AWS's own answers stay below ten levels.
    static let maximumDepth = 64
    /// More elements are refused. A page of 1,000 images has some 60,000.
    static let maximumElements = 400_000

    private let bytes: [UInt8]
    private var index = 0
    private var open: [(name: String, text: [UInt8], children: [XMLElement])] = []
    private var elements = 0
    private var root: XMLElement?

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The root element of one XML document.
    ///
    /// - Throws: `AnswerProblem` saying what the bytes are instead.
    static func read(_ bytes: [UInt8]) throws(AnswerProblem) -> XMLElement {
        var reader = XMLReader(bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.index = 3 }
        while reader.index < bytes.count { try reader.step() }
        guard let root = reader.root, reader.open.isEmpty else {
            let isBlank = bytes.allSatisfy(XMLReader.isSpace)
            throw AnswerProblem(isBlank ? "the answer is empty" : "the answer's XML ends too early")
        }
        return root
    }

    private mutating func step() throws(AnswerProblem) {
        guard bytes[index] == UInt8(ascii: "<") else { return try characters() }
        if consume("<?") {
            try skip(past: "?>")
        } else if consume("<!--") {
            try skip(past: "-->")
        } else if consume("<![CDATA[") {
            let start = index
            try skip(past: "]]>")
            try append(bytes[start..<index - 3])
        } else if consume("</") {
            try closeElement()
        } else if consume("<!") {
            throw AnswerProblem("the answer is XML or HTML with a document type")
        } else {
            index += 1
            try openElement()
        }
    }

    private mutating func characters() throws(AnswerProblem) {
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "<"), bytes[index] != UInt8(ascii: "&") { index += 1 }
        if index > start { try append(bytes[start..<index]) }
        if index < bytes.count, bytes[index] == UInt8(ascii: "&") {
            guard let end = bytes[index...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
                let text = Self.entity(bytes[index + 1..<end])
            else { throw AnswerProblem("the answer's XML has an unknown entity") }
            try append(ArraySlice(text.utf8))
            index = end + 1
        }
    }

    private mutating func append(_ text: ArraySlice<UInt8>) throws(AnswerProblem) {
        if open.isEmpty {
            guard text.allSatisfy(Self.isSpace) else { throw AnswerProblem("the answer is not XML") }
        } else {
            open[open.count - 1].text.append(contentsOf: text)
        }
    }

    private mutating func openElement() throws(AnswerProblem) {
        guard root == nil else { throw AnswerProblem("the answer's XML has two roots") }
        let name = try name()
        elements += 1
        guard open.count < Self.maximumDepth, elements <= Self.maximumElements else {
            throw AnswerProblem("the answer's XML is nested too deeply or has too many elements")
        }
        open.append((name, [], []))
        if try attributesEndEmpty() { try close() }
    }

    /// Passes over attributes up to `>`; `true` when the element ends there (`/>`).
    private mutating func attributesEndEmpty() throws(AnswerProblem) -> Bool {
        var quote: UInt8?
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return bytes[index - 2] == UInt8(ascii: "/")
            } else if byte == UInt8(ascii: "<") {
                throw AnswerProblem("the answer's XML is broken")
            }
        }
        throw AnswerProblem("the answer's XML ends too early")
    }

    private mutating func closeElement() throws(AnswerProblem) {
        let name = try name()
        while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
        guard consume(">"), open.last?.name == name else {
            throw AnswerProblem("the answer's XML is broken at </\(name)>")
        }
        try close()
    }

    private mutating func close() throws(AnswerProblem) {
        let (name, text, children) = open.removeLast()
        guard let text = String(validating: text, as: UTF8.self) else { throw AnswerProblem("the answer is not UTF-8") }
        let element = XMLElement(name: name, text: text, children: children)
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }

    /// A name, its prefix cut off.
    private mutating func name() throws(AnswerProblem) -> String {
        let start = index
        while index < bytes.count, !Self.isSpace(bytes[index]), !">/<=".utf8.contains(bytes[index]) { index += 1 }
        let local = bytes[start..<index].split(separator: UInt8(ascii: ":")).last ?? []
        guard !local.isEmpty, local.count <= 128, let name = String(validating: local, as: UTF8.self) else {
            throw AnswerProblem("the answer's XML has a broken name")
        }
        return name
    }

    private mutating func consume(_ text: StaticString) -> Bool {
        guard bytes[index...].starts(with: text.description.utf8) else { return false }
        index += text.utf8CodeUnitCount
        return true
    }

    private mutating func skip(past text: StaticString) throws(AnswerProblem) {
        while index < bytes.count {
            if consume(text) { return }
            index += 1
        }
        throw AnswerProblem("the answer's XML ends too early")
    }

    private static func entity(_ name: ArraySlice<UInt8>) -> String? {
        switch String(decoding: name, as: UTF8.self) {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        case let reference where reference.hasPrefix("#"):
            let isHexadecimal = reference.dropFirst().hasPrefix("x")
            let digits = reference.dropFirst(isHexadecimal ? 2 : 1)
            guard let value = UInt32(digits, radix: isHexadecimal ? 16 : 10), let scalar = Unicode.Scalar(value) else {
                return nil
            }
            return String(Character(scalar))
        default: return nil
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x0A, 0x0D, 0x09].contains(byte) }
}
