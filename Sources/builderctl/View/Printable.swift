/// Text of others as it may stand on a terminal.
enum Printable {
    /// `text` with each control character but the line feed and the tab as `?`, line separators and what reorders text too: nothing in a
    /// name or in a tool's output does anything to the terminal or makes a line look like another.
    static func text(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A: result.append(scalar)
            case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: result.append("?")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// As `text`, on one line.
    static func line(_ text: String) -> String {
        String(self.text(text).map { $0 == "\n" || $0 == "\t" ? " " : $0 })
    }
}
