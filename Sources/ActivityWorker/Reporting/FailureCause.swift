import FoundationEssentials

/// A failure's `error` and `cause` as they go to the service: redacted, then cut to its limits, `cause` always valid JSON.
package struct FailureCause: Sendable, Hashable {
    /// Most UTF-8 bytes of `error`.
    package static let maximumErrorBytes = 256
    /// Most UTF-8 bytes of `cause`.
    package static let maximumCauseBytes = 32_768

    /// Failure name, at most 256 bytes, never empty.
    package let error: String
    /// `{message, stage, step, next, detail, log}` without the absent ones, at most 32,768 bytes.
    package let cause: String

    /// The wire form of `failure` in `stage`. `redact` sees every text whole, before any cut. What is too long is cut in this order:
    /// `detail` from its start (its end is the evidence), then `message` from its end.
    ///
    /// - Parameter task: the task's id: `log` then names the task's lines in the host's journal, after what the stage gave.
    package init(_ failure: TaskFailure, stage: String, task: String? = nil, redact: (String) -> String) {
        let name = Self.head(redact(failure.error), bytes: Self.maximumErrorBytes)
        error = name.isEmpty ? FailureName.internal.rawValue : name

        // Generous for what they are meant for; they only keep a careless stage from pushing the message out.
        let step = failure.step.map { Self.head(redact($0), bytes: 256) }
        let next = Self.head(redact(failure.next), bytes: 4096)
        let journal = task.map { "journalctl -u builderd BUILDERD_TASK=\($0)" }
        let places = [failure.log.map { Self.head(redact($0), bytes: 2048) }, journal].compactMap(\.self)
        let log = places.isEmpty ? nil : places.joined(separator: " and ")
        let stage = Self.head(stage, bytes: 256)

        var members = ""
        Self.append("stage", stage, to: &members)
        if let step { Self.append("step", step, to: &members) }
        Self.append("next", next, to: &members)
        var tail = ""
        if let log { Self.append("log", log, to: &tail) }

        // What is left for the message once braces, its key, quotes and comma stand: {"message":""…}.
        let fixed = members.utf8.count + tail.utf8.count + #"{"message":""}"#.utf8.count
        let message = Self.cutEnd(redact(failure.message), escapedBytes: Self.maximumCauseBytes - fixed)
        var text = "{\"message\":"
        JSONText.append(message, to: &text)
        text += members
        if let detail = failure.detail {
            let left = Self.maximumCauseBytes - text.utf8.count - tail.utf8.count - #","detail":""}"#.utf8.count
            let cut = Self.cutStart(redact(detail), escapedBytes: left)
            if !cut.isEmpty { Self.append("detail", cut, to: &text) }
        }
        cause = text + tail + "}"
    }

    /// A failure in its wire form already, from the journal.
    init(error: String, cause: String) {
        self.error = error
        self.cause = cause
    }

    /// `message` and `next` of the cause on one line of at most 4 KiB, for the log: `<message> Next: <next>`. `nil` when the cause is
    /// not in this form, as one of a damaged journal.
    var reason: String? {
        guard let parts = try? JSONDecoder().decode(Reason.self, from: Data(cause.utf8)) else { return nil }
        let line = Self.head(parts.message, bytes: 2048) + " Next: " + Self.head(parts.next, bytes: 2040)
        return line.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private struct Reason: Decodable {
        var message: String
        var next: String
    }

    private static func append(_ key: String, _ value: String, to text: inout String) {
        text += ",\"\(key)\":"
        JSONText.append(value, to: &text)
    }

    /// The longest start of `text` within `bytes`, on a scalar boundary.
    static func head(_ text: String, bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        var result = ""
        var used = 0
        for scalar in text.unicodeScalars {
            used += UTF8.width(scalar)
            if used > bytes { break }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// `text`, or its start and a mark, such that it takes at most `escapedBytes` inside a JSON string.
    private static func cutEnd(_ text: String, escapedBytes: Int) -> String {
        let mark = " …"
        guard let end = boundary(text.unicodeScalars, escapedBytes: escapedBytes, mark: mark) else { return text }
        guard escapedBytes >= mark.utf8.count else { return "" }
        return String(text.unicodeScalars[..<end]) + mark
    }

    /// `text`, or a mark and its end, such that it takes at most `escapedBytes` inside a JSON string.
    private static func cutStart(_ text: String, escapedBytes: Int) -> String {
        let mark = "… "
        guard let start = boundary(text.unicodeScalars.reversed(), escapedBytes: escapedBytes, mark: mark) else {
            return text
        }
        guard escapedBytes >= mark.utf8.count else { return "" }
        return mark + String(text.unicodeScalars[start.base...])
    }

    /// Where `scalars` must be cut to leave room for `mark`; `nil` when all of it fits without one.
    private static func boundary<Scalars: Collection<Unicode.Scalar>>(
        _ scalars: Scalars,
        escapedBytes: Int,
        mark: String
    ) -> Scalars.Index? {
        var used = 0
        var cut = scalars.startIndex
        var index = scalars.startIndex
        while index != scalars.endIndex {
            used += JSONText.escapedCount(scalars[index])
            if used > escapedBytes { return cut }
            index = scalars.index(after: index)
            if used + mark.utf8.count <= escapedBytes { cut = index }
        }
        return nil
    }
}
