/// One line for a person: pieces of text, each with what it means. Its width is counted without the escape sequences that colour it.
struct StyledLine: Sendable, Hashable {
    /// A piece of a line.
    struct Span: Sendable, Hashable {
        var text: String
        var tone: Style.Tone
    }

    private(set) var spans: [Span] = []

    /// A line of this text; control characters in it do nothing.
    init(_ text: String = "", _ tone: Style.Tone = .plain) { append(text, tone) }

    /// Adds a piece.
    mutating func append(_ text: String, _ tone: Style.Tone = .plain) {
        if !text.isEmpty { spans.append(Span(text: Printable.line(text), tone: tone)) }
    }

    /// Adds another line's pieces.
    mutating func append(_ line: StyledLine) { spans += line.spans }

    /// The cells that it takes.
    var columns: Int { spans.reduce(0) { $0 + Columns.of($1.text) } }

    /// The line without what does not fit into `width` cells; a `…` says that something is missing.
    func cut(to width: Int) -> StyledLine {
        guard columns > width else { return self }
        var result = StyledLine()
        var left = width
        for span in spans {
            let size = Columns.of(span.text)
            // The last cell is for the `…` unless this piece ends before it.
            if size < left {
                result.spans.append(span)
                left -= size
            } else {
                result.append(left > 0 ? Columns.head(span.text, left - 1) + "…" : "", span.tone)
                break
            }
        }
        return result
    }

    /// The line as text, in the colours of `style`.
    func text(_ style: Style) -> String { spans.map { style.paint($0.text, $0.tone) }.joined() }

    /// `text` on as many lines of `width` cells as it takes, at most `most`: broken at spaces, all but the first indented.
    ///
    /// The last line is cut when there is more.
    static func wrapped(_ text: String, _ tone: Style.Tone = .plain, width: Int, most: Int = .max) -> [StyledLine] {
        var lines: [String] = []
        var rest = Substring(Printable.line(text))
        while !rest.isEmpty {
            let indent = lines.isEmpty || width < 20 ? "" : "  "
            let room = width - indent.count
            if lines.count + 1 >= most || Columns.of(String(rest)) <= room {
                lines.append(indent + Columns.cut(String(rest), room))
                break
            }
            // A word that is longer than the line is broken where the line ends.
            var head = rest.prefix(max(1, Columns.head(String(rest), room).count))
            if rest[head.endIndex...].first != " ", let space = head.lastIndex(of: " "), space > head.startIndex {
                head = head[..<space]
            }
            lines.append(indent + head)
            rest = rest[head.endIndex...].drop { $0 == " " }
        }
        return lines.map { StyledLine($0, tone) }
    }
}
