import Glibc

/// The terminal that standard output goes to.
enum Terminal {
    /// Its columns and rows; `nil` where standard output is none. 80 × 24 where it does not say.
    static var size: (columns: Int, rows: Int)? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// The cells that a line may take; `nil` where nothing is to be cut, as what is piped does not depend on a window.
    static var width: Int? { size?.columns }

    /// Whether it obeys escape sequences: a terminal is there, and `TERM` names one that is not dumb.
    static func isLive(environment: [String: String], isTerminal: Bool = isatty(STDOUT_FILENO) == 1) -> Bool {
        isTerminal && !["", "dumb"].contains(environment["TERM"] ?? "")
    }
}
