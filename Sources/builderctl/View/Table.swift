/// Rows in columns of equal width.
struct Table: Sendable {
    /// One column.
    struct Column: Sendable, Hashable, ExpressibleByStringLiteral {
        var heading: String
        /// Where there is no room, the columns of the highest rank are left out first; 0 is never left out.
        var rank: Int

        /// A column of this heading.
        init(_ heading: String, rank: Int = 0) {
            self.heading = heading
            self.rank = rank
        }

        /// A column that is never left out.
        init(stringLiteral value: String) { self.init(value) }
    }

    /// One cell: its text, without control characters, and what it means.
    struct Cell: Sendable, Hashable, ExpressibleByStringLiteral {
        /// The text, and shorter ones that may stand for it where there is no room; the longest first, never empty.
        var texts: [String]
        var tone: Style.Tone

        /// A cell of this text.
        init(_ text: String, orShorter others: [String] = [], _ tone: Style.Tone = .plain) {
            texts = ([text] + others).map { Printable.line($0) }
            self.tone = tone
        }

        /// A cell of this text.
        init(stringLiteral value: String) { self.init(value) }

        var text: String { texts[0] }
    }

    /// The last column is cut rather than another one left out until it would have fewer cells than this.
    private static let leastLast = 12

    private let columns: [Column]
    private var rows: [[Cell]] = []

    /// A table of these columns.
    init(_ columns: Column...) { self.columns = columns }

    /// Adds a row of as many cells as there are columns.
    mutating func add(_ cells: Cell...) { rows.append(cells) }

    /// Whether there are no rows.
    var isEmpty: Bool { rows.isEmpty }

    /// The headings and the rows.
    ///
    /// - Parameter width: the cells that a line may take; `nil` where nothing is to be left out or cut.
    func lines(width: Int?) -> [StyledLine] {
        let all = [columns.map { Cell($0.heading, .quiet) }] + rows
        let widths = columns.indices.map { column in all.map { Columns.of($0[column].text) }.max() ?? 0 }
        let shown = width.map { fitting($0, all, widths) } ?? Array(columns.indices)
        return all.map { row in
            var line = StyledLine()
            for (place, column) in shown.enumerated() {
                let cell = row[column]
                guard place + 1 == shown.count else {
                    let padding = widths[column] - Columns.of(cell.text) + 2
                    line.append(cell.text, cell.tone)
                    line.append(String(repeating: " ", count: padding))
                    continue
                }
                let room = width.map { $0 - line.columns } ?? .max
                line.append(cell.texts.first { Columns.of($0) <= room } ?? cell.texts.last ?? "", cell.tone)
            }
            return width.map { line.cut(to: $0) } ?? line
        }
    }

    /// The columns that there is room for.
    private func fitting(_ width: Int, _ rows: [[Cell]], _ widths: [Int]) -> [Int] {
        var shown = Array(columns.indices)
        while let last = shown.last {
            let shortest = rows.map { Columns.of($0[last].texts.last ?? "") }.max() ?? 0
            let least = shown.dropLast().reduce(min(shortest, Self.leastLast)) { $0 + widths[$1] + 2 }
            guard least > width, let victim = shown.max(by: { columns[$0].rank < columns[$1].rank }),
                columns[victim].rank > 0
            else { break }
            shown.removeAll { $0 == victim }
        }
        return shown
    }
}
