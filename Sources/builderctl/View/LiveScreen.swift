import Glibc

/// The terminal's other screen, without a cursor and without an echo of what is typed, until `leave` gives the terminal back as it was.
///
/// Thread: of one task at a time.
struct LiveScreen: ~Copyable {
    private let style: Style
    /// What the terminal was like; `nil` while it is as it was, and where standard input is no terminal of this process.
    private var before: termios?
    private var isEntered = false

    /// A view in this style; nothing is shown yet.
    init(style: Style) { self.style = style }

    /// Shows `lines` in place of what was there. They fit, so nothing scrolls: see `Terminal.size`.
    mutating func show(_ lines: [StyledLine]) throws(ClientProblem) {
        try enter()
        // Each row is cleared before it is written: after a line that is as wide as the screen, clearing would take its last character.
        let rows = lines.enumerated().map { "\u{1B}[\($0.offset + 1);1H\u{1B}[2K" + $0.element.text(style) }
        // What was below is cleared, but not where there is no such row: the cursor would stay in the last one.
        let below = Terminal.size.map { lines.count < $0.rows } ?? false
        try Screen.write(rows.joined() + (below ? "\u{1B}[\(lines.count + 1);1H\u{1B}[J" : ""))
    }

    /// Gives the terminal back; nothing when it was not taken. What was typed meanwhile is dropped: it was meant for nobody.
    mutating func leave() {
        guard isEntered else { return }
        isEntered = false
        try? Screen.write("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l")
        if var before { _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
        before = nil
    }

    private mutating func enter() throws(ClientProblem) {
        guard !isEntered else { return }
        isEntered = true
        // Only in the foreground: who changes a terminal from the background is stopped by it.
        var now = termios()
        if unsafe isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp()
            && tcgetattr(STDIN_FILENO, &now) == 0
        {
            before = now
            now.c_lflag &= ~tcflag_t(ECHO | ICANON)
            _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &now)
        }
        // The other screen, no cursor, and no new line by itself where a character turns out wider than counted.
        try Screen.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l")
    }
}
