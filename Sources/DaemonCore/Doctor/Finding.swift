/// What one check of `builderctl doctor` found.
package struct Finding: Codable, Sendable, Hashable {
    /// How bad it is.
    package enum Level: String, Codable, Sendable, Hashable, Comparable {
        /// As it should be.
        case ok
        /// It works, but somebody should look; or it could not be checked.
        case warning
        /// Releases will fail, or are in danger.
        case failure

        package static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warning: 1
            case .failure: 2
            }
        }
    }

    /// What was checked, for example `activity bakery`. Stable.
    package var check: String
    /// How bad it is.
    package var level: Level
    /// What was found.
    package var message: String
    /// What to do; `nil` when all is well.
    package var fix: String?

    static func ok(_ check: String, _ message: String) -> Finding {
        Finding(check: check, level: .ok, message: message, fix: nil)
    }

    static func warning(_ check: String, _ message: String, fix: String) -> Finding {
        Finding(check: check, level: .warning, message: message, fix: fix)
    }

    static func failure(_ check: String, _ message: String, fix: String) -> Finding {
        Finding(check: check, level: .failure, message: message, fix: fix)
    }
}
