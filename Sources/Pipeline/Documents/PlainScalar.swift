/// What an unquoted scalar means.
///
/// YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema), but where YAML 1.1 reads the same text differently the
/// scalar is `ambiguous`: the author's other tools may read it so, and the author has to say what is meant.
enum PlainScalar {
    /// The content of an unquoted YAML scalar.
    static func resolve(_ text: String) -> DocumentNode.Content {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first else { return .null }
        if ["yes", "no", "on", "off", "y", "n"].contains(text.lowercased()) {
            return .ambiguous(text: text, reading: "which YAML 1.1 takes for true or false")
        }
        guard first.isNumberStart else { return .string(text) }
        return number(text) ?? .string(text)
    }

    /// The content of a JSON number (RFC 8259 §6); `nil` when it is none, or a whole number of more than 64 bits, or infinite.
    static func jsonNumber(_ text: String) -> DocumentNode.Content? {
        var rest = Substring(text)
        if rest.first == "-" { rest.removeFirst() }
        guard let digits = takeDigits(&rest), digits == "0" || digits.first != "0" else { return nil }
        if rest.isEmpty { return Int64(text).map { .integer($0) } }
        if rest.first == "." {
            rest.removeFirst()
            guard takeDigits(&rest) != nil else { return nil }
        }
        if rest.first == "e" || rest.first == "E" {
            rest.removeFirst()
            if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
            guard takeDigits(&rest) != nil else { return nil }
        }
        guard rest.isEmpty, let value = Double(text), value.isFinite else { return nil }
        return .number(value)
    }

    private static func number(_ text: String) -> DocumentNode.Content? {
        let unsigned = text.first == "+" || text.first == "-" ? text.dropFirst() : Substring(text)
        let lower = unsigned.lowercased()
        if [".inf", ".nan"].contains(lower) {
            return .ambiguous(text: text, reading: "a number that is not finite")
        }
        guard lower.utf8.first.map({ $0.isDigit || $0 == UInt8(ascii: ".") }) == true else { return nil }
        if lower.utf8.allSatisfy(\.isDigit) {
            if lower.count > 1, lower.first == "0" {
                return .ambiguous(text: text, reading: "a number with a leading zero, which YAML 1.1 takes for octal")
            }
            return Int64(text).map { .integer($0) }
                ?? .ambiguous(text: text, reading: "a whole number of more than 64 bits")
        }
        if ["0x", "0o", "0b"].contains(where: lower.hasPrefix),
            lower.utf8.dropFirst(2).allSatisfy(\.isHexDigitOrUnderscore)
        {
            return .ambiguous(text: text, reading: "a number in another base")
        }
        if lower.contains("_"),
            lower.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") })
        {
            return .ambiguous(text: text, reading: "which YAML 1.1 takes for a number")
        }
        return fraction(lower).map { value in
            guard value.isFinite else { return .ambiguous(text: text, reading: "a number out of range") }
            return .number(text.first == "-" ? -value : value)
        }
    }

    /// `[0-9]*(\.[0-9]*)?([eE][-+]?[0-9]+)?` with at least one digit before the exponent.
    private static func fraction(_ lower: String) -> Double? {
        var rest = Substring(lower)
        let whole = takeDigits(&rest)
        var part: Substring?
        if rest.first == "." {
            rest.removeFirst()
            part = takeDigits(&rest)
        }
        guard whole != nil || part != nil else { return nil }
        var exponent: Substring = "0"
        if rest.first == "e" {
            rest.removeFirst()
            let sign = rest.first.flatMap { "+-".contains($0) ? $0 : nil }
            if sign != nil { rest.removeFirst() }
            guard let digits = takeDigits(&rest) else { return nil }
            exponent = (sign == "-" ? "-" : "") + digits
        }
        guard rest.isEmpty else { return nil }
        return Double("\(whole ?? "0").\(part ?? "0")e\(exponent)")
    }

    private static func takeDigits(_ rest: inout Substring) -> Substring? {
        let digits = rest.prefix { $0.utf8.count == 1 && $0.utf8.first?.isDigit == true }
        rest = rest.dropFirst(digits.count)
        return digits.isEmpty ? nil : digits
    }
}

extension UInt8 {
    /// Whether this is an ASCII digit.
    var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

    fileprivate var isNumberStart: Bool {
        isDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "+") || self == UInt8(ascii: ".")
    }

    fileprivate var isHexDigitOrUnderscore: Bool {
        isDigit || UInt8(ascii: "a")...UInt8(ascii: "f") ~= self || self == UInt8(ascii: "_")
    }
}
