extension ConfigurationKey.Kind {
    /// What may stand there, for messages.
    var allowed: String {
        switch self {
        case .text: "text on one line"
        case .word: "text without white space"
        case .workerName: "1 to 80 ASCII letters, digits, -, _ and ."
        case .bool: "true or false"
        case .integer(let range, let unit): "a whole number of \(unit) from \(range.lowerBound) to \(range.upperBound)"
        case .oneOf(let words): words.joined(separator: ", ")
        case .url: "an https URL without a query; http only for 127.0.0.1, localhost or [::1]"
        case .path: "an absolute path"
        case .activityARN: "arn:<partition>:states:<region>:<12 digits>:activity:<name>"
        case .stateMachineARN: "arn:<partition>:states:<region>:<12 digits>:stateMachine:<name>"
        case .environment: "a mapping of environment variable names to text"
        }
    }

    /// Whether `text` may stand there.
    func accepts(_ text: String) -> Bool {
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return false }
        switch self {
        case .text: return !text.isEmpty
        case .word: return !text.isEmpty && !text.contains(where: \.isWhitespace)
        case .workerName: return HostName.sanitised(text) == text
        case .bool: return text == "true" || text == "false"
        case .integer(let range, _): return Int(text).map(range.contains) ?? false
        case .oneOf(let words): return words.contains(text)
        case .url: return Self.isEndpoint(text)
        case .path: return text.hasPrefix("/") && !text.split(separator: "/").contains("..")
        case .activityARN: return ActivityARN(text) != nil
        case .stateMachineARN: return StateMachineARN(text) != nil
        case .environment: return false
        }
    }

    private static func isEndpoint(_ text: String) -> Bool {
        for (scheme, loopbackOnly) in [("https://", false), ("http://", true)] where text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            let authority = rest.prefix { $0 != "/" }
            guard !authority.isEmpty, !rest.contains(where: { $0 == "?" || $0 == "#" || $0 == "@" || $0 == " " }) else {
                return false
            }
            let host =
                authority.hasPrefix("[")
                ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
            return !loopbackOnly || ["127.0.0.1", "localhost", "[::1]"].contains(String(host))
        }
        return false
    }
}

/// The parts of a Step Functions activity's ARN.
package struct ActivityARN: Sendable, Hashable {
    /// `aws`, `aws-us-gov`, `aws-cn`, …
    package let partition: String
    /// For example `eu-central-1`.
    package let region: String
    /// 12 digits.
    package let account: String
    /// The activity's name, 1 to 80 characters.
    package let name: String

    /// `nil` unless `text` is `arn:<partition>:states:<region>:<12 digits>:activity:<name>` of at most 256 characters
    /// ([CreateActivity](https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html)).
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard text.utf8.count <= 256, parts.count == 7, parts[0] == "arn", parts[1].hasPrefix("aws"),
            parts[2] == "states",
            parts[3].split(separator: "-").count >= 3,
            parts[4].utf8.count == 12, parts[4].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            parts[5] == "activity", (1...80).contains(parts[6].count), !parts[6].contains(" ")
        else { return nil }
        (partition, region, account, name) = (parts[1], parts[3], parts[4], parts[6])
    }
}
