import Glibc
import SystemdSupport

/// Has a running daemon read its configuration again and waits for what becomes of it: the unit's `ExecReload=`.
///
/// Only a reload that began after the signal counts, so that the outcome of an earlier one is never taken for it. One that began later
/// for somebody else's signal is as good: it has read the same file, or a newer one.
package struct ReloadRequest: Sendable {
    /// The daemon's process.
    private let process: Int32
    /// The unit's runtime folder.
    private let folder: String
    private let patience: Duration

    /// A request to the daemon with this process number.
    ///
    /// - Parameters:
    ///   - environment: of a process of the daemon's unit.
    ///   - patience: how long the daemon may take. Default 50 s, less than the unit's own limit of 60 s, which would tell no reason.
    /// - Throws: where `environment` is of no such unit.
    package init(
        process: Int32,
        environment: [String: String],
        patience: Duration = .seconds(50)
    ) throws(ReloadFailure) {
        guard let folder = ReloadReport.folder(environment) else {
            throw ReloadFailure("RUNTIME_DIRECTORY is not set: use `systemctl reload builderd`")
        }
        self.process = process
        self.folder = folder
        self.patience = patience
    }

    /// Returns when all of the file has been applied.
    ///
    /// - Throws: when nothing was changed, or the daemon does not say.
    package func run() async throws(ReloadFailure) {
        let asked = ServiceNotifier.monotonic()
        guard kill(process, SIGHUP) == 0 else { throw gone() }
        while true {
            if let record = ReloadRecord.load(folder: folder), record.began >= asked.wholeMicroseconds {
                guard let reason = record.refusal else { return }
                throw ReloadFailure(
                    "the configuration was not reloaded, nothing is changed: \(reason); see the journal"
                )
            }
            guard kill(process, 0) == 0 else { throw gone() }
            guard ServiceNotifier.monotonic() - asked < patience else {
                throw ReloadFailure(
                    "timed out after \(patience.components.seconds) s waiting for process \(process) to read its configuration; "
                        + "see `systemctl status builderd` and the journal"
                )
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func gone() -> ReloadFailure {
        ReloadFailure(
            "process \(process) cannot be signalled or has ended: errno \(errno); see `systemctl status builderd`"
        )
    }
}

extension Duration {
    /// Microseconds, the rest cut off.
    var wholeMicroseconds: Int64 {
        let parts = components
        return parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000
    }
}
