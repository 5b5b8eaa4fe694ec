import Glibc

/// The terminal that standard output goes to.
enum Screen {
    /// Its columns; 100 where it is none, so that what is piped does not depend on a window.
    static var width: Int {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 100 }
        return Int(size.ws_col)
    }

    /// What shows `lines` in place of what was there: each line is cleared as it is written, so nothing flickers.
    static func frame(_ lines: [String], isFirst: Bool) -> String {
        (isFirst ? "\u{1B}[2J" : "") + "\u{1B}[H" + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
    }

    /// Writes `text` to standard output at once. Nobody reads it any more when that fails, so nothing is said of it.
    static func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
