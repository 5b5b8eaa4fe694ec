/// What a YAML text could cost to parse, judged from its bytes alone.
///
/// Yams resolves aliases while it parses and hashes every key of a mapping to find duplicates. A key that is a collection is
/// hashed whole, at every level above it, with every alias in it written out: a few hundred bytes can keep it busy for ever.
/// So before Yams sees a text, its tokens that could be anchors, aliases and collection keys are counted. The count may be too
/// high (such characters also occur in strings), which only matters when the product is far beyond any real document.
struct YAMLComplexity {
    /// Steps of hashing past which a text is refused: about a second of work.
    static let limit = 200_000_000.0

    /// Bytes of the text.
    private let size: Int
    /// `&name` at the start of a token.
    private(set) var anchors = 0
    /// `*name` at the start of a token.
    private(set) var aliases = 0
    /// `? `, `]:` and `}:`.
    private(set) var collectionKeys = 0

    /// Counts the tokens of `text`.
    init(_ text: [UInt8]) {
        size = text.count
        var previous = UInt8(ascii: "\n")
        for (offset, byte) in text.enumerated() {
            let next = offset + 1 < text.count ? text[offset + 1] : UInt8(ascii: "\n")
            let startsToken = previous.isJSONWhiteSpace || "[{,:?-".utf8.contains(previous)
            switch byte {
            case UInt8(ascii: "&") where startsToken && !next.isJSONWhiteSpace: anchors += 1
            case UInt8(ascii: "*") where startsToken && !next.isJSONWhiteSpace: aliases += 1
            case UInt8(ascii: "?") where startsToken && next.isJSONWhiteSpace: collectionKeys += 1
            case UInt8(ascii: ":") where previous == UInt8(ascii: "]") || previous == UInt8(ascii: "}"):
                collectionKeys += 1
            default: break
            }
            // `] :` is a collection key too: blanks after a closing bracket leave it the previous byte.
            let blankAfterBracket =
                byte == UInt8(ascii: " ") && (previous == UInt8(ascii: "]") || previous == UInt8(ascii: "}"))
            if !blankAfterBracket { previous = byte }
        }
    }

    /// Upper bound of the steps: collection keys × the text with every alias written out, which is largest when the aliases are
    /// spread evenly over the anchors.
    var cost: Double {
        let keys = Double(collectionKeys + aliases)
        guard keys > 0 else { return 0 }
        var expansion = 1.0
        if anchors > 0 {
            let factor = 1 + Double(aliases) / Double(anchors)
            for _ in 0..<anchors where expansion < Self.limit { expansion *= factor }
        }
        return keys * Double(size) * expansion
    }
}
