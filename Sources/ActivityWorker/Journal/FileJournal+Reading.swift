import Dispatch
import Glibc
import Synchronization

extension FileJournal {
    /// What the journal has of the steps and tools of an open claim, in the order they were recorded; results left out, which may be
    /// large. Records that cannot be read are left out too: the next start says so.
    ///
    /// - Parameter claim: 16 hexadecimal digits.
    package func steps(ofClaim claim: String) async -> [StepRecord] {
        guard Self.isClaim(claim) else { return [] }
        return await reading { root in
            let folder = "\(root)/tasks/\(claim)/steps"
            return ((try? JournalFolder.entries(folder)) ?? []).filter { !$0.hasSuffix(".new") }
                .compactMap { Self.document(JournalDocument.Step.self, "\(folder)/\($0)")?.record }
                .map { record in
                    var record = record
                    if record.result != nil { record.result = "" }
                    return record
                }
                .sorted { $0.recordedMilliseconds < $1.recordedMilliseconds }
        }
    }

    /// The last endings, newest first.
    ///
    /// - Parameter count: most of them.
    package func endings(_ count: Int) async -> [ClosedTask] {
        let names = state.withLock { Array($0.history.suffix(max(0, count))) }
        return await reading { root in
            names.reversed().compactMap { name in
                Self.document(JournalDocument.Ending.self, "\(root)/history/\(name)").map { ClosedTask($0) }
            }
        }
    }

    private static func isClaim(_ text: String) -> Bool {
        text.utf8.count == 16 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func document<Document: Decodable>(_ type: Document.Type, _ path: String) -> Document? {
        guard let file = try? JournalFile(path, O_RDONLY), let bytes = try? file.read(limit: 8 * 1024 * 1024) else {
            return nil
        }
        return JournalDocument.decode(type, bytes)
    }

    /// On a thread that may block.
    private func reading<Result: Sendable>(_ body: @escaping @Sendable (_ root: String) -> Result) async -> Result {
        let root = root
        return await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body(root)) }
        }
    }
}
