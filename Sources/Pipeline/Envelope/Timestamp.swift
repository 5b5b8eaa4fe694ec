/// Times as Step Functions writes them: ISO 8601 (RFC 3339), `2026-01-31T12:00:00.123Z` or with an offset.
package enum Timestamp {
    /// Milliseconds from 1970-01-01T00:00:00Z to the time that `text` names, fractions of a millisecond cut; `nil` when it is none.
    package static func milliseconds(_ text: String) -> Int64? {
        var rest = Substring(text)
        guard rest.utf8.count <= 40, let day = CalendarDay(rest.prefix(10)) else { return nil }
        rest = rest.dropFirst(10)
        guard take(&rest, "T") || take(&rest, "t") || take(&rest, " ") else { return nil }
        guard let hour = twoDigits(&rest), take(&rest, ":"), let minute = twoDigits(&rest), take(&rest, ":"),
            let second = twoDigits(&rest), hour < 24, minute < 60, second <= 60
        else { return nil }
        var milliseconds = 0
        if take(&rest, ".") {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else { return nil }
            milliseconds = Int(digits.prefix(3)).map { $0 * [100, 10, 1][digits.prefix(3).count - 1] } ?? 0
            rest = rest.dropFirst(digits.count)
        }
        guard let offset = offsetMinutes(&rest), rest.isEmpty else { return nil }
        let minutes = (day.daysSince1970 * 24 + hour) * 60 + minute - offset
        return Int64((minutes * 60 + second) * 1000 + milliseconds)
    }

    private static func offsetMinutes(_ rest: inout Substring) -> Int? {
        if take(&rest, "Z") || take(&rest, "z") { return 0 }
        let sign = take(&rest, "+") ? 1 : take(&rest, "-") ? -1 : 0
        guard sign != 0, let hours = twoDigits(&rest), hours < 24 else { return nil }
        _ = take(&rest, ":")
        guard let minutes = twoDigits(&rest), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }

    private static func twoDigits(_ rest: inout Substring) -> Int? {
        let digits = rest.utf8.prefix(2)
        guard digits.count == 2, digits.allSatisfy(\.isDigit) else { return nil }
        defer { rest = rest.dropFirst(2) }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func take(_ rest: inout Substring, _ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }
}
