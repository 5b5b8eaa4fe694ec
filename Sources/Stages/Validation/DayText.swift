import FoundationEssentials

/// Days as texts that sort as the days do.
enum DayText {
    /// `YYYY-MM-DD` of `date`, UTC.
    static func of(_ date: Date) -> String {
        date.formatted(.iso8601.year().month().day())
    }
}
