package import Logging

/// A line of `packer -machine-readable` as the log shows it: decoded, with the build it is about, at a level of its own.
package struct PackerLogLine: Sendable, Hashable {
    /// How loud it is.
    package let level: Logger.Level
    /// The lines to show; none for a line that says nothing.
    package let lines: [String]

    /// What `line` says; a line in another form is shown as it is, at `info`.
    ///
    /// - Parameter line: one line of standard output, redacted already.
    package init(_ line: String) {
        guard let read = PackerLine(Array(line.utf8)) else {
            self.init(level: .info, text: line)
            return
        }
        switch read.category {
        case "ui": self.init(ui: read)
        case "artifact": self.init(artifact: read)
        case "artifact-count": self.init(level: .info, text: Self.counted(read.text, "artifact"), target: read.target)
        case "error": self.init(level: .error, text: read.text, target: read.target)
        case "error-count": self.init(level: .warning, text: Self.counted(read.text, "error"), target: read.target)
        default:
            let text = "\(read.category): \(read.data.joined(separator: ", "))"
            self.init(level: .info, text: text, target: read.target)
        }
    }

    private init(level: Logger.Level, text: String, target: String = "") {
        self.level = level
        lines = text.split(whereSeparator: \.isNewline).map { line in
            let isNamed = target.isEmpty || line.contains(target)
            return isNamed ? String(line) : "\(target): \(line)"
        }
    }

    /// `say`, `message` and `error` with the text. A provisioner's standard error comes as `error` too, so that is a warning; what
    /// failed the build comes as an `error` line of its own.
    private init(ui line: PackerLine) {
        let text = line.data.dropFirst().joined(separator: ",")
        let level: Logger.Level = line.data[0] == "error" ? .warning : .info
        self.init(level: level, text: String(Self.withoutTime(text)), target: line.target)
    }

    /// `i,key,value…`.
    private init(artifact line: PackerLine) {
        guard line.data.count >= 2 else {
            self.init(level: .info, text: "artifact \(line.text)", target: line.target)
            return
        }
        let value = line.data.dropFirst(2).joined(separator: ", ")
        let text =
            switch line.data[1] {
            case "builder-id": "made by \(value)"
            case "id": "id \(value)"
            case "string": value
            case "files-count": Self.counted(value, "file")
            case "file": "file \(value)"
            case "end": "complete"
            default: "\(line.data[1]) \(value)"
            }
        self.init(level: .info, text: "artifact \(line.data[0]): \(text)", target: line.target)
    }

    private static func counted(_ number: String, _ noun: String) -> String {
        "\(number) \(noun)\(number == "1" ? "" : "s")"
    }

    /// Without the `2026-11-23T19:42:01Z: ` of `-timestamp-ui`: a log has its own time.
    private static func withoutTime(_ text: String) -> Substring {
        guard let end = text.firstRange(of: "Z: "), text[..<end.lowerBound].utf8.count == 19,
            text[..<end.lowerBound].utf8.allSatisfy({ (0x30...0x39).contains($0) || [0x2D, 0x3A, 0x54].contains($0) })
        else { return text[...] }
        return text[end.upperBound...]
    }
}
