import Glibc
import Synchronization

/// The lock of a state folder, held until it is released or the process ends.
final class JournalLock: Sendable {
    // A box, because a `Mutex` of a noncopyable optional cannot be emptied in place otherwise.
    private struct Held: ~Copyable { var file: JournalFile? }
    private let held: Mutex<Held>

    /// Takes the lock of `folder` and writes who holds it.
    init(folder: String) throws(JournalError) {
        let path = "\(folder)/lock"
        let file = try JournalFile(path, O_RDWR | O_CREAT)
        guard try Self.take(file) else {
            let holder =
                String(decoding: (try? file.read(limit: 256)) ?? [], as: UTF8.self)
                .split(separator: "\n").first.map(String.init) ?? "another process"
            throw JournalError(
                .inUse,
                "\(folder) is in use by \(holder): one builderd per state folder. Stop that one, or give this one its own paths.state."
            )
        }
        // Only for the message above: a full disk must not keep the daemon from reporting what it has.
        try? file.truncate(to: 0)
        try? file.write(Array("process \(getpid())\n".utf8))
        held = Mutex(Held(file: file))
    }

    /// Tries for up to 2 s: a child that the last holder was just starting has the lock too, until it executes its program.
    private static func take(_ file: borrowing JournalFile) throws(JournalError) -> Bool {
        for _ in 0..<40 {
            if try file.lock() { return true }
            usleep(50_000)
        }
        return try file.lock()
    }

    /// Lets go.
    func release() {
        held.withLock { $0.file = nil }
    }
}
