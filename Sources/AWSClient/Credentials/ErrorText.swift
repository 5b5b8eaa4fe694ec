/// A program's error output, fit to stand in a message.
enum ErrorText {
    /// Most characters of the result.
    static let limit = 300

    /// `bytes` on one line, without anything that looks like a secret, cut to `limit`.
    ///
    /// - Parameter secrets: environment variables; the values of those whose names say so are removed.
    static func redacted(_ bytes: [UInt8], secrets: [String: String]) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        for (name, value) in secrets where value.utf8.count >= 6 && namesSecret(name) {
            text = text.split(separator: value, omittingEmptySubsequences: false).joined(separator: "[redacted]")
        }
        let words = text.split { $0.isWhitespace || $0.asciiValue.map { $0 < 0x20 || $0 == 0x7F } ?? false }
        let line = words.map(masked).joined(separator: " ")
        return line.count <= limit ? line : String(line.prefix(limit)) + " …"
    }

    private static func namesSecret(_ name: String) -> Bool {
        let name = name.uppercased()
        return ["SECRET", "TOKEN", "PASSWORD", "PASSWD", "ACCESS_KEY", "PRIVATE", "CREDENTIAL"].contains {
            name.contains($0)
        }
    }

    /// The word with each run of 16 or more characters that looks like a key or a token replaced.
    private static func masked(_ word: Substring) -> String {
        var result = ""
        var run = ""
        func flush() {
            result += looksSecret(run) ? "[redacted]" : run
            run = ""
        }
        for character in word {
            let belongs =
                character.isASCII && (character.isLetter || character.isNumber || "+/=_-.".contains(character))
            if belongs {
                run.append(character)
            } else {
                flush()
                result.append(character)
            }
        }
        flush()
        return result
    }

    private static func looksSecret(_ run: String) -> Bool {
        for part in run.split(separator: "=") where part.count >= 16 {
            if part.hasPrefix("AKIA") || part.hasPrefix("ASIA") { return true }
            let kinds = [
                part.contains(where: \.isNumber), part.contains(where: \.isUppercase),
                part.contains(where: \.isLowercase),
            ]
            if part.count >= 24, kinds.allSatisfy({ $0 }) { return true }
            if part.count >= 32, kinds[0], !part.contains("/") { return true }
        }
        return false
    }
}
