import Glibc
import Logging

/// Reads what an earlier process left in a state folder. What it cannot read it moves to the quarantine, says so, and goes on:
/// a damaged record never keeps the daemon from starting.
struct JournalRecovery {
    private static let largestRecord = 8 * 1024 * 1024

    let root: String
    let logger: Logger
    private var state = FileJournal.State()

    init(root: String, logger: Logger) {
        self.root = root
        self.logger = logger
    }

    /// The journal's state at its start.
    mutating func run() throws(JournalError) -> FileJournal.State {
        for name in try JournalFolder.entries("\(root)/tasks") {
            // One record never keeps the daemon from starting.
            do throws(JournalError) {
                try take(name)
            } catch {
                logger.error("\(root)/tasks/\(name) cannot be taken over: \(error.message)")
                try? Self.quarantine(name, root: root)
            }
        }
        state.recovered.sort { $0.claim.claimedMilliseconds < $1.claim.claimedMilliseconds }
        state.history = try JournalFolder.entries("\(root)/history")
        state.quarantined = try JournalFolder.entries("\(root)/quarantine").count
        return state
    }

    /// Moves `tasks/<name>` to the quarantine, under a name that is free there.
    static func quarantine(_ name: String, root: String) throws(JournalError) {
        var target = "\(root)/quarantine/\(name)"
        var number = 1
        while unsafe access(target, F_OK) == 0 {
            number += 1
            target = "\(root)/quarantine/\(name)-\(number)"
        }
        try JournalFolder.rename("\(root)/tasks/\(name)", to: target)
    }

    private mutating func take(_ name: String) throws(JournalError) {
        let folder = "\(root)/tasks/\(name)"
        if name.hasPrefix(".closed-") {
            try JournalFolder.removeClaim(folder)
            return
        }
        guard name.utf8.count == 16, name.utf8.allSatisfy(isHexDigit), let names = try? JournalFolder.entries(folder)
        else {
            try setAside(name, why: "its name is not one of builderd's")
            return
        }
        // A crash between the claim's temporary file and its rename: the file may be whole, and then the token is known.
        guard let bytes = read("\(folder)/claim.json") ?? read("\(folder)/claim.json.new") else {
            if names.contains("claim.json") {
                try setAside(name, why: "claim.json cannot be read")
            } else {
                try JournalFolder.removeClaim(folder)
            }
            return
        }
        if let claim = JournalDocument.decode(JournalDocument.Claim.self, bytes)?.record, claim.id == name {
            try take(claim, folder: folder, names: names)
        } else if let token = JournalDocument.salvageToken(bytes) {
            logger.error(
                "journal record \(folder) is damaged or of another version; its task is failed and the record kept in quarantine"
            )
            let claim = ClaimRecord(
                id: name,
                stage: "",
                activity: "",
                claimedMilliseconds: 0,
                token: TaskToken(token),
                input: "",
                boot: "",
                received: BootInstant(sinceBoot: .zero)
            )
            state.recovered.append(RecoveredTask(claim: claim, steps: [], report: nil, isDamaged: true))
        } else if names.contains("claim.json") {
            try setAside(name, why: "it is damaged or of another version, and holds no readable token")
        } else {
            // A torn temporary file: the crash came before the claim was written, and there is nothing to answer with.
            try setAside(name, why: "the claim was not written to its end")
        }
    }

    private mutating func take(_ claim: ClaimRecord, folder: String, names: [String]) throws(JournalError) {
        var report: TaskReport?
        var isDamaged = false
        if names.contains("outcome.json") {
            report =
                read("\(folder)/outcome.json").flatMap { JournalDocument.decode(JournalDocument.Outcome.self, $0) }?
                .report
            if report == nil {
                isDamaged = true
                logger.error(
                    "\(folder)/outcome.json is damaged or of another version; its task is failed and the record kept in quarantine"
                )
            }
        }
        let steps = report == nil && !isDamaged && names.contains("steps") ? steps(in: folder) : []
        if steps == nil { isDamaged = true }
        if !isDamaged { state.open.insert(claim.id) }
        state.recovered.append(
            RecoveredTask(claim: claim, steps: steps ?? [], report: report, isDamaged: isDamaged)
        )
    }

    /// The claim's steps; `nil` when one of them cannot be read. Then the task cannot be resumed: a step would be run again whose
    /// result is known to have been there.
    private func steps(in folder: String) -> [StepRecord]? {
        guard let names = try? JournalFolder.entries("\(folder)/steps") else { return nil }
        var steps: [StepRecord] = []
        // A temporary file is of a step that was not recorded, and is run again.
        for name in names where !name.hasSuffix(".new") {
            let path = "\(folder)/steps/\(name)"
            let document = read(path).flatMap { JournalDocument.decode(JournalDocument.Step.self, $0) }
            guard let record = document?.record, record.fileName == name else {
                logger.error(
                    "\(path) is damaged or of another version; its task is failed and the record kept in quarantine"
                )
                return nil
            }
            steps.append(record)
        }
        return steps
    }

    private mutating func setAside(_ name: String, why: String) throws(JournalError) {
        logger.error("\(root)/tasks/\(name) is moved to \(root)/quarantine: \(why)")
        try Self.quarantine(name, root: root)
    }

    private func read(_ path: String) -> [UInt8]? {
        guard let file = try? JournalFile(path, O_RDONLY) else { return nil }
        return try? file.read(limit: Self.largestRecord)
    }

    private func isHexDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }
}
