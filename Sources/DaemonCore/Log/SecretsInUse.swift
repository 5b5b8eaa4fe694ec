import Synchronization
import SystemdSupport
import ToolSupervisor

/// The redactors of all tasks at work: what the log passes once more when a secret was added while it waited.
package final class SecretsInUse: LateRedaction {
    private struct Entry {
        weak let redactor: Redactor?
    }

    private let addition = Mutex<ContinuousClock.Instant?>(nil)
    private let entries = Mutex<[Entry]>([])

    /// No secrets are in use.
    package init() {}

    /// `redactor` counts as long as somebody holds it.
    func register(_ redactor: Redactor) {
        entries.withLock { entries in
            entries.removeAll { $0.redactor == nil }
            entries.append(Entry(redactor: redactor))
        }
        noteAddition()
    }

    /// A registered redactor knows more secrets than before.
    func noteAddition() { addition.withLock { $0 = .now } }

    package var lastAddition: ContinuousClock.Instant? { addition.withLock { $0 } }

    package func redact(_ bytes: [UInt8]) -> [UInt8] {
        let redactors = entries.withLock { $0.compactMap(\.redactor) }
        return redactors.reduce(bytes) { bytes, redactor in
            var stream = redactor.stream()
            return stream.process(bytes) + stream.finish()
        }
    }
}
