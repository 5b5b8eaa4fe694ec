/// Adds every form of a secret to a graph.
///
/// Known forms: raw; percent-encoded once or twice in either hex case, with `+` or `%20` for a space; JSON and Go and shell escapes
/// (`\n`, `\u0026`, `\x1b`, `\/`, `\"`) behind up to eight backslashes, so also JSON inside JSON; XML entities; Packer's
/// `%!(PACKER_COMMA)`; HCL's `$$` and `%%`; CRLF for LF; base64, see `Base64Forms`. Each character may take its own form.
struct SecretForms {
    private(set) var builder = FormGraphBuilder()
    private var seen: Set<String> = []

    /// Lengths of backslash runs before an escaped character: one to three levels of nesting.
    private static let runs: Set<Int> = [1, 2, 3, 4, 5, 7, 8]
    private static let backslash = UInt8(ascii: "\\")

    /// Adds `secret`, and, where it has several lines, each of its lines of `minimum` characters or more after trimming.
    mutating func add(_ secret: String, minimum: Int) {
        addOne(secret)
        // Scalars, as CR LF is a single Character.
        for line in secret.unicodeScalars.split(whereSeparator: { $0 == "\n" || $0 == "\r" }) {
            let trimmed = Redactor.trimmed(String(line))
            if trimmed.count >= minimum { addOne(trimmed) }
        }
        let whole = Redactor.trimmed(secret)
        if whole.count >= minimum { addOne(whole) }
    }

    private mutating func addOne(_ text: String) {
        guard seen.insert(text).inserted else { return }
        var node = builder.start()
        for scalar in text.unicodeScalars { node = addScalar(scalar, from: node) }
        builder.end(node)
        for bytes in Base64Forms.sources(of: text) { Base64Forms.add(bytes, to: &builder) }
    }

    /// Adds all forms of one character and returns the node after it.
    private mutating func addScalar(_ scalar: Unicode.Scalar, from: Int32) -> Int32 {
        let bytes = Array(String(scalar).utf8)
        let to: Int32
        if Self.isNeverEscaped(scalar) {
            to = builder.node()
            builder.connect(from, bytes, to)
            return to
        }
        to = Self.addBytes(bytes, from: from, builder: &builder)
        addBackslashForms(scalar, from: from, to: to)
        for text in Self.wholeReplacements(scalar) { builder.path(from, Array(text.utf8), to: to) }
        return to
    }

    /// Letters and digits of ASCII: no encoder here escapes them.
    static func isNeverEscaped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }

    /// Adds each byte raw or percent-encoded, and returns the node after the last one.
    static func addBytes(_ bytes: [UInt8], from: Int32, builder: inout FormGraphBuilder) -> Int32 {
        var current = from
        for byte in bytes {
            let next = builder.node()
            builder.connect(current, [byte], next)
            let percent = builder.node()
            builder.connect(current, [UInt8(ascii: "%")], percent)
            builder.path(percent, choices: Hex.choices(byte), to: next)
            // Encoded twice: a URL inside a URL.
            builder.path(percent, choices: [[UInt8(ascii: "2")], [UInt8(ascii: "5")]] + Hex.choices(byte), to: next)
            current = next
        }
        return current
    }

    /// `\n`, `\u000a`, `\x0a` and the like, behind each of the known runs of backslashes.
    private mutating func addBackslashForms(_ scalar: Unicode.Scalar, from: Int32, to: Int32) {
        // A chain of backslashes; the known runs lead to shared nodes, which must be connected before paths go on from them.
        let u = builder.node()
        let x = builder.node()
        let shorts = Self.shortEscapes(scalar)
        let units = Array(String(scalar).utf16)
        var current = from
        for length in 1...8 {
            let next = builder.node()
            builder.connect(current, [Self.backslash], next)
            if Self.runs.contains(length) {
                if !shorts.isEmpty { builder.connect(next, shorts, to) }
                if units.count == 1 { builder.connect(next, [UInt8(ascii: "u")], u) }
                if scalar.value < 0x100 { builder.connect(next, [UInt8(ascii: "x")], x) }
            }
            current = next
        }
        if scalar.value < 0x100 { builder.path(x, choices: Hex.choices(UInt8(scalar.value)), to: to) }
        if units.count == 1 {
            builder.path(u, choices: Self.digits(units[0]), to: to)
        } else {
            for run in [1, 2, 4] {
                let slashes = [[UInt8]](repeating: [Self.backslash], count: run) + [[UInt8(ascii: "u")]]
                builder.path(from, choices: units.flatMap { slashes + Self.digits($0) }, to: to)
            }
        }
        if scalar == "\\" {
            for run in [2, 4, 8] { builder.path(from, [UInt8](repeating: Self.backslash, count: run), to: to) }
        }
    }

    private static func digits(_ unit: UInt16) -> [[UInt8]] {
        Hex.choices(UInt8(unit >> 8)) + Hex.choices(UInt8(unit & 0xff))
    }

    /// What follows the backslash in the short escape of JSON, Go, C, Python or a shell.
    private static func shortEscapes(_ scalar: Unicode.Scalar) -> [UInt8] {
        switch scalar.value {
        case 0x07: [UInt8(ascii: "a")]
        case 0x08: [UInt8(ascii: "b")]
        case 0x09: [UInt8(ascii: "t")]
        case 0x0a: [UInt8(ascii: "n")]
        case 0x0b: [UInt8(ascii: "v")]
        case 0x0c: [UInt8(ascii: "f")]
        case 0x0d: [UInt8(ascii: "r")]
        case 0x1b: [UInt8(ascii: "e"), UInt8(ascii: "E")]
        case 0x20..<0x7f: [UInt8(scalar.value)]
        default: []
        }
    }

    /// Forms that replace the whole character by something else.
    private static func wholeReplacements(_ scalar: Unicode.Scalar) -> [String] {
        let numeric = [
            "&#\(scalar.value);", "&#x\(Hex.text(scalar.value));", "&#x\(Hex.text(scalar.value).uppercased());",
        ]
        switch scalar {
        case " ": return ["+", "%2B", "%2b"]
        case ",": return ["%!(PACKER_COMMA)"]
        case "\n": return ["\r\n", "\\r\\n"] + numeric
        case "&": return ["&amp;"] + numeric
        case "<": return ["&lt;"] + numeric
        case ">": return ["&gt;"] + numeric
        case "\"": return ["&quot;", "\"\""] + numeric
        case "'": return ["&apos;", "'\\''", "'\"'\"'", "''"] + numeric + ["&#039;"]
        case "$": return ["$$"]
        case "%": return ["%%"]
        default: return scalar.value < 0x20 ? numeric : []
        }
    }
}
