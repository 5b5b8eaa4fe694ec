import Dispatch
import Glibc
package import Logging
import Synchronization

/// The journal on disk. One daemon per state folder, by a lock that ends with the process.
///
///     <state>/lock                          holder's process id
///     <state>/tasks/<claim>/claim.json      token and envelope, before anything is done with them
///     <state>/tasks/<claim>/steps/*.json    what a step returned, before the next begins; a tool, before it is started
///     <state>/tasks/<claim>/outcome.json    the report, before it is made
///     <state>/tasks/<claim>/*.reserved      room for the outcome and for steps, taken at the claim
///     <state>/history/<time>-<claim>.json   how it ended, the last ones
///     <state>/paused.json                   stages that an operator has paused
///     <state>/quarantine/                   what could not be read
///
/// Folders 0700, files 0600. Each record is written to a temporary file, synchronised, renamed, and its folder synchronised.
/// The calls block in `fsync`, so they run on threads of their own and never on Swift's.
package final class FileJournal: TaskJournal {
    /// Room kept for an outcome: the largest output with every second byte escaped, and the rest of its record.
    static let reservedBytes = 2 * TaskReport.maximumOutputBytes + 64 * 1024
    /// Room kept for steps of a task whose disk fills meanwhile.
    static let reservedStepBytes = 256 * 1024
    /// Room asked for before anything is claimed: a claim with the largest envelope, an outcome, the history.
    static let claimBytes: UInt64 = 4 * 1024 * 1024

    struct State {
        var open: Set<String> = []
        var history: [String] = []
        var quarantined = 0
        var recovered: [RecoveredTask] = []
        /// The last write failed: claims wait until a trial write works.
        var failed: JournalError?
        var isClosed = false
    }

    /// Called before and after each change that survives a crash, with what it is. Tests kill the process here.
    package typealias Probe = @Sendable (_ point: String) -> Void

    let root: String
    /// Its folder.
    package var folder: String { root }
    let logger: Logger
    let state: Mutex<State>
    private let historyLimit: Int
    private let lock: JournalLock
    private let probe: Probe?
    let queue = DispatchQueue(label: "builderd.journal", attributes: .concurrent)

    /// Opens the journal in `folder`, makes what is missing, takes the lock and reads what an earlier process left.
    ///
    /// - Parameters:
    ///   - historyLimit: endings kept; older ones are removed. Default 1,000.
    ///   - probe: for tests; none by default.
    /// - Throws: `JournalError.Code.inUse` naming the holder when another daemon has the folder; else what the system said.
    package init(folder: String, historyLimit: Int = 1000, logger: Logger, probe: Probe? = nil) throws(JournalError) {
        root = folder
        self.probe = probe
        self.logger = logger
        self.historyLimit = max(1, historyLimit)
        try JournalFolder.make(folder)
        lock = try JournalLock(folder: folder)
        for name in ["tasks", "history", "quarantine"] { try JournalFolder.make("\(folder)/\(name)") }
        try JournalFolder.synchronize(folder)
        var recovery = JournalRecovery(root: folder, logger: logger)
        state = Mutex(try recovery.run())
    }

    /// Lets go of the folder; nothing may be called afterwards. Ends with the process too.
    package func close() { lock.release() }

    package var counts: JournalCounts {
        state.withLock {
            JournalCounts(open: $0.open.count, history: $0.history.count, quarantined: $0.quarantined)
        }
    }

    /// Claims that an earlier process left and no worker has taken over yet.
    package var unfinished: [ClaimRecord] { state.withLock { $0.recovered.map(\.claim) } }

    package func recover(_ mine: @Sendable (_ stage: String) -> Bool) async -> [RecoveredTask] {
        state.withLock { state in
            let taken = state.recovered.filter { mine($0.claim.stage) }
            state.recovered.removeAll { mine($0.claim.stage) }
            return taken
        }
    }

    package func claim(_ claim: ClaimRecord) async throws(JournalError) {
        try await onThread { [self] () throws(JournalError) in
            let folder = path(claim.id)
            let bytes = try JournalDocument.encode(JournalDocument.Claim(claim))
            try JournalFolder.make(folder)
            do throws(JournalError) {
                let reserve = try JournalFile("\(folder)/outcome.reserved", O_WRONLY | O_CREAT)
                try reserve.reserve(Self.reservedBytes)
                try JournalFile("\(folder)/\(Self.stepReserve)", O_WRONLY | O_CREAT).reserve(Self.reservedStepBytes)
                try replace("\(folder)/claim.json", with: bytes, in: folder, "claim")
                try JournalFolder.synchronize("\(root)/tasks")
                probe?("claim.kept")
            } catch {
                // Half a claim would come back as a task at the next start, although it is answered now.
                try? JournalFolder.removeClaim(folder)
                throw error
            }
            state.withLock { _ = $0.open.insert(claim.id) }
        }
    }

    private static let stepReserve = "steps.reserved"

    package func record(_ step: StepRecord, claim: ClaimRecord) async throws(JournalError) {
        try await onThread { [self] () throws(JournalError) in
            let folder = path(claim.id)
            let bytes = try JournalDocument.encode(JournalDocument.Step(step))
            do throws(JournalError) {
                try write(step, bytes, in: folder)
            } catch {
                guard error.code == .noRoom, unsafe unlink("\(folder)/\(Self.stepReserve)") == 0 else { throw error }
                try write(step, bytes, in: folder)
            }
        }
    }

    private func write(_ step: StepRecord, _ bytes: [UInt8], in folder: String) throws(JournalError) {
        let steps = "\(folder)/steps"
        if try JournalFolder.make(steps) { try JournalFolder.synchronize(folder) }
        try replace("\(steps)/\(step.fileName)", with: bytes, in: steps, "\(step.kind.rawValue) \(step.name)")
    }

    package func outcome(
        _ report: TaskReport,
        claim: ClaimRecord,
        atMilliseconds: Int64
    ) async throws(JournalError) {
        try await onThread { [self] () throws(JournalError) in
            let folder = path(claim.id)
            let bytes = try JournalDocument.encode(JournalDocument.Outcome(report, atMilliseconds: atMilliseconds))
            let reserved = "\(folder)/outcome.reserved"
            let file = try JournalFile(reserved, O_WRONLY | O_CREAT)
            try file.write(bytes)
            try file.truncate(to: bytes.count)
            try file.synchronize()
            probe?("outcome.written")
            try JournalFolder.rename(reserved, to: "\(folder)/outcome.json")
            probe?("outcome.renamed")
            try JournalFolder.synchronize(folder)
            probe?("outcome.kept")
        }
    }

    package func close(_ claim: ClaimRecord, _ closing: ClosingRecord) async throws(JournalError) {
        try await onThread { [self] () throws(JournalError) in
            let damaged = state.withLock { state in
                state.open.remove(claim.id) == nil
            }
            // A crash in here brings the task back as one that is reported again, to a token that is dead: harmless. So nothing waits for the disk.
            if damaged {
                // A claim that could not be written has no folder.
                if unsafe access(path(claim.id), F_OK) == 0 { try quarantine(claim.id) }
            } else {
                let closed = "\(root)/tasks/.closed-\(claim.id)"
                try JournalFolder.rename(path(claim.id), to: closed)
                probe?("close.renamed")
                try JournalFolder.removeClaim(closed)
            }
            probe?("close.removed")
            let name = "\(closing.closedMilliseconds)-\(claim.id).json"
            let bytes = try JournalDocument.encode(JournalDocument.Ending(claim, closing))
            try JournalFile("\(root)/history/\(name)", O_WRONLY | O_CREAT | O_TRUNC).write(bytes)
            probe?("history.written")
            let old: [String] = state.withLock { state in
                state.history.append(name)
                let count = max(0, state.history.count - historyLimit)
                let old = Array(state.history.prefix(count))
                state.history.removeFirst(count)
                return old
            }
            for name in old { try JournalFolder.removeFile("\(root)/history/\(name)") }
        }
    }

    package func obstacle() async -> JournalError? {
        let failed = state.withLock { $0.failed }
        do throws(JournalError) {
            guard try JournalFolder.room(at: root) >= Self.claimBytes else {
                return JournalError(.noRoom, "less than \(Self.claimBytes / 1024 / 1024) MiB are free in \(root)")
            }
            try JournalFolder.requireWritable("\(root)/tasks")
            guard failed != nil else { return nil }
            // As a claim is made; what a crash leaves of it, the next start removes.
            try await onThread { [self] () throws(JournalError) in
                let trial = "\(root)/tasks/.closed-trial-\(UInt32.random(in: .min ... .max))"
                try JournalFolder.make(trial)
                try replace("\(trial)/trial", with: [UInt8](repeating: 0x20, count: 4096), in: trial, "trial")
                try JournalFolder.removeClaim(trial)
            }
            return nil
        } catch {
            return error
        }
    }

    private func path(_ id: String) -> String { "\(root)/tasks/\(id)" }

    func replace(
        _ path: String,
        with bytes: [UInt8],
        in folder: String,
        _ what: String
    ) throws(JournalError) {
        let temporary = path + ".new"
        let file = try JournalFile(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        try file.write(bytes)
        try file.synchronize()
        probe?("\(what).written")
        try JournalFolder.rename(temporary, to: path)
        probe?("\(what).renamed")
        try JournalFolder.synchronize(folder)
        probe?("\(what).synchronized")
    }

    private func quarantine(_ id: String) throws(JournalError) {
        try JournalRecovery.quarantine(id, root: root)
        state.withLock { $0.quarantined += 1 }
    }

    /// Runs `body` on a thread that may block, and remembers whether writing works.
    func onThread(_ body: @escaping @Sendable () throws(JournalError) -> Void) async throws(JournalError) {
        let result: Result<Void, JournalError> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(JournalError) {
                    try body()
                    continuation.resume(returning: .success(()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        state.withLock { state in
            switch result {
            case .success: state.failed = nil
            case .failure(let error): state.failed = error
            }
        }
        try result.get()
    }
}
