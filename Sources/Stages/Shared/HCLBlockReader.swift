/// Walks over the blocks at the top level of an HCL file, stepping over their bodies, strings, templates, heredocs and comments.
struct HCLBlockReader {
    /// The head of one block: `type "label" …`.
    struct Block: Equatable {
        /// For example `variable`.
        var type: String
        /// Its labels, without quotes.
        var labels: [String]
    }

    private let text: [UInt8]
    private var at = 0

    init(_ text: [UInt8]) { self.text = text }

    /// The next block's head; its body is stepped over. `nil` at the end.
    mutating func nextBlock() -> Block? {
        var words: [String] = []
        while at < text.count {
            let byte = text[at]
            if skipBlankOrComment() { continue }
            switch byte {
            case UInt8(ascii: "\n"):
                words = []
                at += 1
            case UInt8(ascii: "\""):
                words.append(quoted())
            case UInt8(ascii: "{"):
                stepOverBraces()
                if let type = words.first { return Block(type: type, labels: Array(words.dropFirst())) }
            case UInt8(ascii: "<") where startsHeredoc:
                stepOverHeredoc()
            case _ where byte.isASCIIAlphanumeric || byte == UInt8(ascii: "_"):
                words.append(identifier())
            default:
                // An attribute's `=` or an operator: what stands before it heads no block.
                words = []
                at += 1
            }
        }
        return nil
    }

    /// Steps over one blank or one comment, if one is here. The line end that a comment runs to is left.
    private mutating func skipBlankOrComment() -> Bool {
        switch text[at] {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
            at += 1
        case UInt8(ascii: "#"):
            toLineEnd()
        case UInt8(ascii: "/") where next == UInt8(ascii: "/"):
            toLineEnd()
        case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
            at += 2
            while at < text.count, !(text[at] == UInt8(ascii: "*") && next == UInt8(ascii: "/")) { at += 1 }
            at = min(at + 2, text.count)
        default:
            return false
        }
        return true
    }

    private var next: UInt8? { at + 1 < text.count ? text[at + 1] : nil }

    private var startsHeredoc: Bool {
        guard next == UInt8(ascii: "<"), at + 2 < text.count else { return false }
        return text[at + 2] == UInt8(ascii: "-") || text[at + 2].isASCIILetter || text[at + 2] == UInt8(ascii: "_")
    }

    private mutating func toLineEnd() {
        while at < text.count, text[at] != UInt8(ascii: "\n") { at += 1 }
    }

    private mutating func identifier() -> String {
        let start = at
        while at < text.count,
            text[at].isASCIIAlphanumeric || text[at] == UInt8(ascii: "_") || text[at] == UInt8(ascii: "-")
        {
            at += 1
        }
        return String(decoding: text[start..<at], as: UTF8.self)
    }

    /// Steps over a string and returns it as it stands; `${ }` and `%{ }` in it may hold strings of their own.
    private mutating func quoted() -> String {
        at += 1
        let start = at
        while at < text.count, text[at] != UInt8(ascii: "\"") {
            if text[at] == UInt8(ascii: "\\") {
                at += 2
            } else if text[at] == UInt8(ascii: "$") || text[at] == UInt8(ascii: "%"), next == UInt8(ascii: "{") {
                // `$${` is a literal `${`.
                if at > start, text[at - 1] == text[at] {
                    at += 2
                } else {
                    at += 1
                    stepOverBraces()
                }
            } else {
                at += 1
            }
        }
        let end = min(at, text.count)
        at = min(at + 1, text.count)
        return String(decoding: text[start..<end], as: UTF8.self)
    }

    /// Steps over `{ … }`, whatever is in it; `at` is on the opening brace.
    private mutating func stepOverBraces() {
        var depth = 0
        while at < text.count {
            if skipBlankOrComment() { continue }
            switch text[at] {
            case UInt8(ascii: "\""):
                _ = quoted()
                continue
            case UInt8(ascii: "<") where startsHeredoc:
                stepOverHeredoc()
                continue
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"): depth -= 1
            default: break
            }
            at += 1
            if depth == 0 { return }
        }
    }

    private mutating func stepOverHeredoc() {
        at += 2
        if text[at] == UInt8(ascii: "-") { at += 1 }
        let mark = identifier()
        toLineEnd()
        while at < text.count {
            at += 1
            let start = at
            toLineEnd()
            if String(decoding: text[start..<at], as: UTF8.self).trimmed == mark { return }
        }
    }
}
