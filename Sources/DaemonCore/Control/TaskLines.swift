import Synchronization

/// The last log lines of the tasks that this process saw, for `builderctl task logs`: as they were logged, so they are redacted.
///
/// What is kept is bounded by tasks, by bytes of a task and by bytes of a line. Everything else is in systemd's journal.
final class TaskLines: Sendable {
    /// Most tasks; the one that was silent the longest is forgotten first.
    static let mostTasks = 16
    /// Most bytes of one task's lines.
    static let mostBytes = 128 * 1024
    /// Most bytes of one line.
    static let mostLineBytes = 4096

    private struct Tail {
        var lines: [String] = []
        /// Lines before this one are dropped, and removed when there are many.
        var start = 0
        var bytes = 0
        var touched = 0
    }

    private struct State {
        var tails: [String: Tail] = [:]
        var clock = 0
    }

    private let state = Mutex(State())

    /// Keeps a line of a task; it ends before the first byte that is too much.
    func add(_ line: String, of task: String) {
        let line = line.utf8.count > Self.mostLineBytes ? Self.head(line) : line
        state.withLock { state in
            state.clock += 1
            var tail = state.tails.removeValue(forKey: task) ?? Tail()
            if state.tails.count >= Self.mostTasks,
                let oldest = state.tails.min(by: { $0.value.touched < $1.value.touched })
            {
                state.tails[oldest.key] = nil
            }
            tail.touched = state.clock
            tail.lines.append(line)
            tail.bytes += line.utf8.count
            while tail.bytes > Self.mostBytes {
                tail.bytes -= tail.lines[tail.start].utf8.count
                tail.start += 1
            }
            if tail.start > 256 {
                tail.lines.removeFirst(tail.start)
                tail.start = 0
            }
            state.tails[task] = tail
        }
    }

    /// The last `count` lines of a task, oldest first; `nil` when none was seen.
    func last(_ count: Int, of task: String) -> [String]? {
        state.withLock { state in
            state.tails[task].map { tail in Array(tail.lines[tail.start...].suffix(max(0, count))) }
        }
    }

    private static func head(_ line: String) -> String {
        var bytes = Array(line.utf8.prefix(mostLineBytes - 3))
        while let last = bytes.last, last & 0xC0 == 0x80 { bytes.removeLast() }
        if let last = bytes.last, last >= 0xC0 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self) + "…"
    }
}
