/// Splits a command line into arguments as a POSIX shell would, but for everything else that a shell does.
enum ArgumentSplitter {
    /// The arguments; `nil` when a quote or a backslash is left open.
    static func split(_ text: String) -> [String]? {
        var arguments: [String] = []
        var current: String?
        var quote: Character?
        var characters = text.makeIterator()
        while let character = characters.next() {
            switch (character, quote) {
            case (let mark, let open?) where mark == open:
                quote = nil
            case ("\\", nil):
                guard let next = characters.next() else { return nil }
                current = (current ?? "") + String(next)
            case ("\\", "\""):
                guard let next = characters.next() else { return nil }
                current = (current ?? "") + (next == "\"" || next == "\\" ? String(next) : "\\" + String(next))
            case ("\"", nil), ("'", nil):
                quote = character
                current = current ?? ""
            case (_, nil) where character.isWhitespace:
                if let argument = current { arguments.append(argument) }
                current = nil
            default:
                current = (current ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        return arguments + (current.map { [$0] } ?? [])
    }
}
