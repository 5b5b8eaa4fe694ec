import FoundationEssentials
import Logging
import Synchronization
import SystemdSupport

/// Leaves what becomes of each reload in the unit's runtime folder, where `builderd reload` waits for it.
final class ReloadReport: Sendable {
    /// `nil` outside of a unit with a runtime folder, where nobody waits.
    private let folder: String?
    private let logger: Logger
    private let start = Mutex(Duration.zero)

    /// A report into `folder`.
    ///
    /// - Parameters:
    ///   - folder: the unit's runtime folder; `nil` reports nothing.
    ///   - logger: told when it cannot be written.
    init(folder: String?, logger: Logger) {
        self.folder = folder
        self.logger = logger
    }

    /// The unit's runtime folder (`RuntimeDirectory=`), the first of several.
    static func folder(_ environment: [String: String]) -> String? {
        environment["RUNTIME_DIRECTORY"]?.split(separator: ":").first.map(String.init)
    }

    /// Reading begins.
    func began() { start.withLock { $0 = ServiceNotifier.monotonic() } }

    /// The reload that began last is over.
    func ended(_ outcome: ConfigurationReload.Outcome) {
        guard let folder else { return }
        let began = start.withLock { $0 }
        let refusal: String? = if case .refused(let reason) = outcome { reason } else { nil }
        do {
            try ReloadRecord(began: began.wholeMicroseconds, refusal: refusal).write(folder: folder)
        } catch {
            logger.error("what became of the reload cannot be told to systemd, which will count it as failed: \(error)")
        }
    }

    /// A reload was asked for and not begun.
    func refused(_ reason: String) {
        began()
        ended(.refused(reason))
    }
}
