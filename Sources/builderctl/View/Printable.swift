/// Text of others as it may stand on a terminal.
enum Printable {
    /// `text` with each control character but the line feed and the tab as `?`: an escape sequence in a name or in a tool's output does
    /// nothing to the terminal.
    static func text(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl =
                scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || (0x7F...0x9F).contains(scalar.value)
            result.append(isControl ? "?" : scalar)
        }
        return String(result)
    }

    /// As `text`, on one line.
    static func line(_ text: String) -> String {
        String(self.text(text).map { $0 == "\n" || $0 == "\t" ? " " : $0 })
    }
}
