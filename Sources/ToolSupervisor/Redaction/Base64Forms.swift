/// Base64 of a secret, alone or as the middle of a larger text: three alignments, both alphabets, padded or not, wrapped or not.
enum Base64Forms {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// What may have been encoded: the secret as it is, and as JSON writers put it into a document that is then encoded.
    static func sources(of text: String) -> [[UInt8]] {
        let raw = Array(text.utf8)
        var sources = [raw]
        for (html, ascii) in [(false, false), (true, false), (false, true), (true, true)] {
            let escaped = Array(jsonEscaped(text, html: html, ascii: ascii).utf8)
            if !sources.contains(escaped) { sources.append(escaped) }
        }
        return sources
    }

    /// Adds all base64 forms of `bytes`.
    ///
    /// Where the secret does not begin or end on a character's boundary, the character that holds some of its bits is any that agrees
    /// with those bits, and may be missing: then the form is the characters between.
    static func add(_ bytes: [UInt8], to builder: inout FormGraphBuilder) {
        for offset in 0..<3 { add(bytes, offset: offset, to: &builder) }
    }

    private static func add(_ bytes: [UInt8], offset: Int, to builder: inout FormGraphBuilder) {
        let firstBit = offset * 8
        let endBit = firstBit + bytes.count * 8
        let firstWhole = (firstBit + 5) / 6
        let endWhole = endBit / 6
        guard endWhole > firstWhole else { return }

        func known(_ bit: Int) -> Bool? {
            guard bit >= firstBit, bit < endBit else { return nil }
            return bytes[(bit - firstBit) / 8] >> UInt8(7 - (bit - firstBit) % 8) & 1 == 1
        }
        func candidates(_ character: Int) -> [Int] {
            (0..<64).filter { value in
                (0..<6).allSatisfy { bit in
                    known(character * 6 + bit).map { $0 == (value >> (5 - bit) & 1 == 1) } ?? true
                }
            }
        }

        let core = builder.start()
        var froms = [core]
        if firstWhole * 6 > firstBit {
            let joint = builder.node()
            add(candidates(firstWhole - 1), from: [builder.start()], to: joint, &builder)
            froms += wrapped(joint, &builder)
        }
        var node = core
        for character in firstWhole..<endWhole {
            node = builder.node()
            add(candidates(character), from: froms, to: node, &builder)
            froms = wrapped(node, &builder)
        }
        builder.end(node)
        if endWhole * 6 < endBit {
            node = builder.node()
            add(candidates(endWhole), from: froms, to: node, &builder)
            builder.end(node)
        }
        for _ in 0..<2 {
            let padded = builder.node()
            builder.connect(node, [UInt8(ascii: "=")], padded)
            builder.path(node, choices: percent3D, to: padded)
            builder.end(padded)
            node = padded
        }
    }

    private static let percent3D: [[UInt8]] = [
        [UInt8(ascii: "%")], [UInt8(ascii: "3")], [UInt8(ascii: "D"), UInt8(ascii: "d")],
    ]

    /// An edge for each of `values` in both alphabets, and the escaped forms of `+` and `/`.
    private static func add(_ values: [Int], from: [Int32], to: Int32, _ builder: inout FormGraphBuilder) {
        var bytes = values.map { alphabet[$0] }
        if values.contains(62) { bytes.append(UInt8(ascii: "-")) }
        if values.contains(63) { bytes.append(UInt8(ascii: "_")) }
        for node in from {
            builder.connect(node, bytes, to)
            for (value, character) in [(62, UInt8(ascii: "+")), (63, UInt8(ascii: "/"))] where values.contains(value) {
                builder.path(node, choices: [[UInt8(ascii: "%")]] + Hex.choices(character), to: to)
                let json = Array("\\u00".utf8).map { [$0] } + Hex.choices(character)
                builder.path(node, choices: json, to: to)
                builder.path(node, [UInt8(ascii: "\\"), character], to: to)
            }
        }
    }

    /// `node`, and the node after a line break that may follow it: LF, CR LF, or an escaped LF.
    private static func wrapped(_ node: Int32, _ builder: inout FormGraphBuilder) -> [Int32] {
        let after = builder.node()
        builder.connect(node, [UInt8(ascii: "\n")], after)
        builder.path(node, Array("\r\n".utf8), to: after)
        builder.path(node, Array("\\n".utf8), to: after)
        return [node, after]
    }

    /// The inside of a JSON string, as encoders write it: Go's with `html`, Python's with `ascii`.
    private static func jsonEscaped(_ text: String, html: Bool, ascii: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "<" where html, ">" where html, "&" where html: result += unicodeEscape(UInt16(scalar.value))
            default:
                if scalar.value < 0x20 || (ascii && scalar.value > 0x7e) {
                    for unit in String(scalar).utf16 { result += unicodeEscape(unit) }
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    private static func unicodeEscape(_ unit: UInt16) -> String {
        let digits = Hex.text(UInt32(unit))
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
