import Logging
import Synchronization

/// The log's lines about who was refused at the control socket. Whoever is refused can ask hundreds of times a second, for hours, so each
/// gets a line at once, and then no more than one in a period, with how often it was.
final class RefusalLog: Sendable {
    /// Most of those that are told apart in a period; the rest share one line.
    static let mostAskers = 16
    /// From one line about somebody to the next.
    static let period = Duration.seconds(60)

    /// Who is refused, as far as they are told apart: by what cannot be chosen at will.
    struct Asker: Hashable, Sendable {
        /// In words, for the line.
        let description: String
        /// For the line.
        let metadata: Logger.Metadata

        /// Somebody of these words.
        init(_ description: String, metadata: Logger.Metadata = [:]) {
            self.description = description
            self.metadata = metadata
        }

        static func == (one: Asker, other: Asker) -> Bool { one.description == other.description }
        func hash(into hasher: inout Hasher) { hasher.combine(description) }
    }

    private static let others = Asker("others")
    private let logger: Logger
    /// How often each was refused since their last line. Who has had no line in the last period is not there.
    private let counts = Mutex<[Asker: Int]>([:])

    /// A log into `logger`.
    init(logger: Logger) { self.logger = logger }

    /// Somebody was refused.
    ///
    /// - Parameter line: what is said at once of one who has not been refused lately.
    func add(_ asker: Asker, _ line: @autoclosure () -> String) {
        let isNew = counts.withLock { counts in
            if let count = counts[asker] {
                counts[asker] = count + 1
                return false
            }
            guard counts.count < Self.mostAskers else {
                counts[Self.others, default: 0] += 1
                return false
            }
            counts[asker] = 0
            return true
        }
        if isNew { logger.warning("control socket: \(line())", metadata: asker.metadata) }
    }

    /// A period is over: says how often each was refused in it after their last line.
    func periodEnded() {
        let ended = counts.withLock { counts in
            let ended = counts
            counts = counts.filter { $0.value > 0 }.mapValues { _ in 0 }
            return ended
        }
        for (asker, count) in ended.sorted(by: { $0.key.description < $1.key.description }) where count > 0 {
            logger.warning(
                "control socket: \(asker.description): refused \(count) more times",
                metadata: asker.metadata
            )
        }
    }

    /// Ends a period every minute, until the task is cancelled; then the last one.
    func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.period, tolerance: .seconds(5))
            periodEnded()
        }
    }
}
