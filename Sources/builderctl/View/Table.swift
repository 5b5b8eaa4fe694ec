/// Rows in columns of equal width.
struct Table: Sendable {
    /// One cell: its text, without control characters, and what it means.
    struct Cell: Sendable, Hashable, ExpressibleByStringInterpolation {
        var text: String
        var tone: Style.Tone

        /// A cell of this text.
        init(_ text: String, _ tone: Style.Tone = .plain) {
            self.text = Printable.line(text)
            self.tone = tone
        }

        /// A cell of this text.
        init(stringLiteral value: String) { self.init(value) }
    }

    private let head: [String]
    private var rows: [[Cell]] = []

    /// A table with these headings.
    init(_ head: String...) { self.head = head }

    /// Adds a row of as many cells as there are headings.
    mutating func add(_ cells: Cell...) { rows.append(cells) }

    /// Whether there are no rows.
    var isEmpty: Bool { rows.isEmpty }

    /// The headings and rows as lines; the last column is cut where a line would be longer than `width`.
    func lines(_ style: Style, width: Int) -> [String] {
        let headings = head.map { Cell($0, .quiet) }
        let widths = head.indices.map { column in ([headings] + rows).map { $0[column].text.count }.max() ?? 0 }
        return ([headings] + rows).map { row in
            var line = ""
            var used = 0
            for (column, cell) in row.enumerated() {
                let isLast = column == row.count - 1
                let room = isLast ? max(8, width - used) : widths[column]
                let text = cell.text.count > room ? cell.text.prefix(room - 1) + "…" : cell.text
                let padding = isLast ? 0 : widths[column] - text.count + 2
                line += style.paint(text, cell.tone) + String(repeating: " ", count: padding)
                used += text.count + padding
            }
            return Self.trimmed(line)
        }
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
