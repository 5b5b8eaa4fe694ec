/// What a section of an AWS configuration file is about.
enum ConfigFileSection: Sendable, Hashable {
    /// `[default]`, which a `[profile default]` beats.
    case plainDefault
    /// `[profile x]` of the configuration file, `[x]` of the credentials file.
    case profile(String)
    /// `[services x]`: endpoints by service.
    case services(String)
    /// `[sso-session x]` and whatever else: read over.
    case ignored

    /// The section that a heading between brackets names.
    ///
    /// - Returns: `nil` if the heading begins like one of ours, but its name is missing or is several words without quotes.
    init?(heading: String, isCredentialsFile: Bool) {
        if heading == "default" {
            self = .plainDefault
        } else if isCredentialsFile {
            self = .profile(Self.unquoted(heading) ?? heading)
        } else {
            let words = heading.split(maxSplits: 1, whereSeparator: \.isWhitespace)
            let rest = words.count == 2 ? Self.name(words[1].drop(while: \.isWhitespace)) : nil
            switch words.first {
            case "profile":
                guard let rest else { return nil }
                self = .profile(rest)
            case "services":
                guard let rest else { return nil }
                self = .services(rest)
            default:
                self = .ignored
            }
        }
    }

    private static func name(_ text: Substring) -> String? {
        if let inner = unquoted(String(text)) { return inner }
        return text.isEmpty || text.contains(where: \.isWhitespace) ? nil : String(text)
    }

    private static func unquoted(_ text: String) -> String? {
        guard text.count > 2, let mark = text.first, mark == "\"" || mark == "'", text.last == mark else { return nil }
        return String(text.dropFirst().dropLast())
    }
}
