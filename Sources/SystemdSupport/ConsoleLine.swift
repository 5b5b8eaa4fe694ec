package import Logging
import Glibc

/// Formats a log event for people at a terminal.
package enum ConsoleLine {
    /// Journal fields that are worth their place on a line, with the names they have there.
    private static let shown = [
        ("BUILDERD_APPLICATION", "application"), ("BUILDERD_TASK", "task"), ("BUILDERD_STEP", "step"),
        ("BUILDERD_TOOL", "tool"),
    ]

    /// `time level [stage] message key=value…` and a line break.
    ///
    /// Control characters are shown, not obeyed, and further lines of a message are indented, so that no output of a tool can
    /// forge a line or change the terminal.
    ///
    /// - Parameter secondsSince1970: shown in UTC with milliseconds.
    package static func format(
        level: Logger.Level,
        message: String,
        metadata: Logger.Metadata,
        secondsSince1970: Double,
        colour: Bool
    ) -> String {
        var line = time(secondsSince1970) + " "
        line += colour ? "\u{1b}[\(colourCode(level))m\(name(level))\u{1b}[0m" : name(level)
        if let stage = metadata["BUILDERD_STAGE"] { line += " [\(oneLine("\(stage)"))]" }
        line += " " + printable(message)
        if let stream = metadata["BUILDERD_STREAM"], "\(stream)" == "stderr" { line += " (stderr)" }
        for (field, key) in shown {
            if let value = metadata[field] { line += " \(key)=\(oneLine("\(value)"))" }
        }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where !JournalField.isValid(name: key) {
            line += " \(oneLine(key))=\(oneLine("\(value)"))"
        }
        return line + "\n"
    }

    /// `text` with control characters as escapes and lines after the first indented.
    static func printable(_ text: String) -> String { escaped(text, lineBreak: "\n    | ") }

    private static func oneLine(_ text: String) -> String { escaped(text, lineBreak: "\\n") }

    private static func escaped(_ text: String, lineBreak: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0a: result += lineBreak
            case 0x09: result.unicodeScalars.append(scalar)
            // C0, DEL, C1, line separators, and what reorders text.
            case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func time(_ seconds: Double) -> String {
        let whole = seconds.rounded(.down)
        let milliseconds = min(999, Int((seconds - whole) * 1000))
        var moment = time_t(whole)
        var parts = unsafe tm()
        guard unsafe gmtime_r(&moment, &parts) != nil else { return "?" }
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let (year, month, day) = unsafe (Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday))
        let (hour, minute, second) = unsafe (Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
        let date = "\(year)-\(padded(month, 2))-\(padded(day, 2))"
        let clock = "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
        return "\(date)T\(clock).\(padded(milliseconds, 3))Z"
    }

    private static func name(_ level: Logger.Level) -> String {
        switch level {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info "
        case .notice: "note "
        case .warning: "warn "
        case .error: "ERROR"
        case .critical: "CRIT "
        }
    }

    private static func colourCode(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "2"
        case .info: "32"
        case .notice: "36"
        case .warning: "33"
        case .error, .critical: "1;31"
        }
    }
}
