package import Logging
import Synchronization

/// The least level that is logged, of all loggers that were made with it at once: a reload changes it under them.
package final class LogLevelSetting: Sendable {
    private static let levels = Logger.Level.allCases
    private let index: Atomic<Int>

    /// A setting that begins with `level`.
    package init(_ level: Logger.Level) { index = Atomic(Self.index(of: level)) }

    /// The level now.
    package var level: Logger.Level {
        get { Self.levels[index.load(ordering: .relaxed)] }
        set { index.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    private static func index(of level: Logger.Level) -> Int { levels.firstIndex(of: level) ?? 0 }
}
