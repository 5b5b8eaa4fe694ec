/// Environment variables as systemd writes and reads them.
enum EnvironmentText {
    /// `/proc/<pid>/environ`: entries that end with a zero byte; the last of a repeated name wins.
    static func block(_ bytes: [UInt8]) -> [String: String] {
        variables(bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }

    /// The property `Environment` as `systemctl show` prints it: words, in double quotes where they have other characters than plain ones.
    static func property(_ text: String) -> [String: String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        var rest = text[...]
        while let character = rest.popFirst() {
            switch character {
            case "\"": (isQuoted, word) = (!isQuoted, word ?? "")
            case "\\": word = (word ?? "") + (rest.popFirst().map { String($0) } ?? "")
            case " " where !isQuoted:
                if let word { words.append(word) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        return variables(words + [word].compactMap { $0 })
    }

    /// A file that `EnvironmentFile=` names: a `NAME=value` on a line, in quotes or not; `#` and `;` begin a comment
    /// (https://www.freedesktop.org/software/systemd/man/systemd.exec.html#EnvironmentFile=).
    static func file(_ text: String) -> [String: String] {
        let lines = text.replacing("\\\n", with: "").split(separator: "\n").map { $0.drop { $0 == " " || $0 == "\t" } }
        return variables(
            lines.filter { $0.first != "#" && $0.first != ";" }.map { line in
                guard let mark = line.firstIndex(of: "=") else { return String(line) }
                return trimmed(line[..<mark]) + "=" + value(line[line.index(after: mark)...])
            }
        )
    }

    private static func value(_ text: Substring) -> String {
        let text = trimmed(text)
        guard let quote = text.first, quote == "\"" || quote == "'", text.count > 1, text.last == quote else {
            return unescaped(text)
        }
        let inner = text.dropFirst().dropLast()
        return quote == "'" ? String(inner) : unescaped(inner)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0.isWhitespace }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }

    private static func unescaped(_ text: Substring) -> String {
        var (result, rest) = ("", text)
        while let character = rest.popFirst() {
            result += character == "\\" ? rest.popFirst().map { String($0) } ?? "" : String(character)
        }
        return result
    }

    private static func variables(_ entries: [String]) -> [String: String] {
        var result: [String: String] = [:]
        for entry in entries {
            guard let mark = entry.firstIndex(of: "="), mark > entry.startIndex else { continue }
            result[String(entry[..<mark])] = String(entry[entry.index(after: mark)...])
        }
        return result
    }
}
