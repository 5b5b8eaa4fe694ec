/// How many cells of a terminal a text takes: none for marks that combine with what stands before them, two for wide East Asian
/// characters and emoji, one for all else. Counted by code point, as terminals do.
enum Columns {
    /// The cells of `text`, which has no control characters.
    static func of(_ text: String) -> Int {
        text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.unicodeScalars.reduce(0) { $0 + of($1) }
    }

    /// As much of the front of `text` as fits into `width` cells; no character is cut in two.
    static func head(_ text: String, _ width: Int) -> String {
        var used = 0
        var end = text.startIndex
        for index in text.indices {
            used += of(String(text[index]))
            if used > width { break }
            end = text.index(after: index)
        }
        return String(text[..<end])
    }

    /// `text` when it fits into `width` cells, else its front with a `…` at the end.
    static func cut(_ text: String, _ width: Int) -> String {
        of(text) <= width ? text : width < 1 ? "" : head(text, width - 1) + "…"
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return scalar.value == 0xAD ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        // The vowels and final consonants of Hangul join the syllable that they follow.
        if (0x1160...0x11FF).contains(scalar.value) { return 0 }
        return isWide(scalar) ? 2 : 1
    }

    /// East Asian Width W and F, by blocks (https://www.unicode.org/reports/tr11/), and emoji that are shown as pictures.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x303F: false
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
            0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }
}
