import Glibc

/// Colours and weight, where the output takes them.
struct Style: Sendable, Hashable {
    /// What a text means; its colour follows.
    enum Tone: String, Sendable, Hashable {
        case plain = ""
        case good = "32"
        case caution = "33"
        case bad = "31"
        case quiet = "2"
        case strong = "1"
    }

    /// Whether there are any.
    var isColoured: Bool

    /// Colours where standard output is a terminal that takes them, unless `NO_COLOR` (https://no-color.org) says otherwise.
    static func detect(environment: [String: String], isTerminal: Bool = isatty(STDOUT_FILENO) == 1) -> Style {
        let isRefused = !(environment["NO_COLOR"] ?? "").isEmpty
        return Style(isColoured: Terminal.isLive(environment: environment, isTerminal: isTerminal) && !isRefused)
    }

    /// `text` in the colour of `tone`.
    func paint(_ text: String, _ tone: Tone) -> String {
        isColoured && tone != .plain && !text.isEmpty ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
    }
}
