import Foundation
import Logging
import Synchronization
import Testing

@testable import SystemdSupport

@Suite("Log writer", .timeLimit(.minutes(2)))
struct LogWriterTests {
    private static func logger(_ writer: LogWriter, _ level: Logger.Level = .trace) -> Logger {
        Logger(label: "x") { _ in JournalLogHandler(identifier: "b", level: LogLevelSetting(level), writer: writer) }
    }

    private static func limits(records: Int) -> LogLimits {
        var limits = LogLimits()
        limits.records = records
        return limits
    }

    private static func isReport(_ entry: FakeJournal.Entry) -> Bool {
        entry.text("MESSAGE_ID") == DropReport.messageID
    }

    @Test("An entry arrives with all its bytes, whatever they are and however many")
    func allBytes() throws {
        let journal = try FakeJournal()
        let writer = try LogWriter.journal(identifier: "b", path: journal.path)
        defer { writer.close(within: .seconds(20)) }
        let entry = [
            JournalField("MESSAGE", bytes: Array("a\nb\u{0}c=\t\r".utf8) + [0xff, 0xc3, 0x28]),
            JournalField("EMPTY", ""),
            JournalField("TAIL", "=x\n\n"),
        ]
        // Larger than any datagram.
        let large = [JournalField("MESSAGE", bytes: (0..<900_000).map { UInt8(truncatingIfNeeded: $0) })]
        writer.write(.entry(entry), level: .info)
        writer.write(.entry(large), level: .info)
        writer.write(.entry(entry), level: .info)
        #expect(journal.next() == entry)
        #expect(journal.next() == large)
        #expect(journal.next() == entry)
    }

    @Test("A value without end is cut between characters, and says how much is missing")
    func longValues() throws {
        let text = "x" + String(repeating: "ä", count: 600_000)
        let bytes = JournalEncoding.encode([JournalField("MESSAGE", text), JournalField("AFTER", "1")])
        let entry = FakeJournal.decode(bytes)
        let cut = try #require(entry.text("MESSAGE"))
        #expect(bytes.count <= JournalEncoding.mostValueBytes + 64)
        #expect(
            cut.hasSuffix("ä [\(text.utf8.count - (cut.utf8.count - " [151489 more bytes]".utf8.count)) more bytes]")
        )
        #expect(!cut.contains("\u{fffd}"))
        #expect(entry.text("AFTER") == "1")
    }

    @Test(
        "Logging does not wait for a journal that takes nothing, and every drop is told: what came and what is reported is all"
    )
    func stoppedJournal() throws {
        let journal = try FakeJournal()
        let writer = try LogWriter.journal(identifier: "b", path: journal.path, limits: Self.limits(records: 2000))
        let logger = Self.logger(writer)
        for number in 0..<20_000 { logger.info("\(number)") }
        let counts = writer.counts
        #expect(counts.dropped > 10_000)
        #expect(counts.sent + counts.waiting + counts.dropped == 20_000)
        // Has room when all else has not, so it is the last.
        logger.error("last")
        let entries = journal.entries(through: "last")
        let numbers = entries.compactMap { $0.text("MESSAGE").flatMap { Int($0) } }
        #expect(numbers == Set(numbers).sorted())
        writer.close(within: .seconds(20))
        var reports = entries.filter(Self.isReport)
        while let entry = journal.next(seconds: 0) { reports.append(entry) }
        #expect(reports.allSatisfy(Self.isReport))
        let told = reports.compactMap { $0.text("BUILDERD_DROPPED").flatMap { Int($0) } }.reduce(0, +)
        #expect(numbers.count + told == 20_000)
        #expect(writer.counts.sent == numbers.count + 1)
        let report = try #require(reports.first)
        #expect(report.text("PRIORITY") == "4")
        #expect(report.text("BUILDERD_DROPPED_BY_PRIORITY") == "info \(report.text("BUILDERD_DROPPED") ?? "")")
    }

    @Test("Many threads log at once: nothing is lost, and each finds its own lines in order")
    func manyThreads() async throws {
        let journal = try FakeJournal()
        let writer = try LogWriter.journal(identifier: "b", path: journal.path)
        let logger = Self.logger(writer)
        async let entries = Task.detached { journal.entries(through: "end") }.value
        await withTaskGroup { group in
            for thread in 0..<4 {
                group.addTask {
                    for number in 0..<1000 { logger.info("\(number)", metadata: ["BUILDERD_TASK": "\(thread)"]) }
                }
            }
        }
        logger.info("end")
        let byThread = Dictionary(grouping: await entries.dropLast()) { $0.text("BUILDERD_TASK") ?? "" }
        writer.close(within: .seconds(20))
        #expect(byThread.count == 4)
        for lines in byThread.values { #expect(lines.map { $0.text("MESSAGE") } == (0..<1000).map { "\($0)" }) }
        #expect(writer.counts.dropped == 0)
    }

    @Test("Entries wait for a journal that is not there yet, or not there for a while")
    func absentJournal() throws {
        let journal = try FakeJournal(absent: true)
        let writer = try LogWriter.journal(identifier: "b", path: journal.path)
        defer { writer.close(within: .seconds(20)) }
        let logger = Self.logger(writer)
        for number in 0..<10 { logger.info("\(number)") }
        try journal.listen()
        #expect((0..<10).map { _ in journal.next()?.text("MESSAGE") } == (0..<10).map { "\($0)" })
        journal.leave()
        for number in 10..<20 { logger.info("\(number)") }
        try journal.listen()
        #expect((10..<20).map { _ in journal.next()?.text("MESSAGE") } == (10..<20).map { "\($0)" })
        #expect(writer.counts.dropped == 0)
    }

    @Test("The end waits until all is out")
    func flush() async throws {
        let journal = try FakeJournal(absent: true)
        let writer = try LogWriter.journal(identifier: "b", path: journal.path)
        let logger = Self.logger(writer)
        for number in 0..<3000 { logger.info("\(number)") }
        logger.info("end")
        async let closed: Void = Task.detached { writer.close(within: .seconds(60)) }.value
        try journal.listen()
        let entries = journal.entries(through: "end")
        await closed
        #expect(entries.count == 3001)
        #expect(writer.counts.sent == 3001)
    }

    @Test("The end does not wait for ever: what is not out counts as dropped, also what comes later")
    func flushInVain() throws {
        let journal = try FakeJournal(absent: true)
        let writer = try LogWriter.journal(identifier: "b", path: journal.path)
        let logger = Self.logger(writer)
        for number in 0..<7 { logger.notice("\(number)") }
        writer.close(within: .milliseconds(50))
        logger.notice("late")
        var expected = LogCounts()
        expected.droppedByPriority[5] = 8
        #expect(writer.counts == expected)
    }

    @Test("What the journal refuses counts as dropped, and the rest goes on")
    func refused() throws {
        let taken = Mutex<[String]>([])
        final class Picky: LogSink {
            let take: (String) -> Void
            init(_ take: @escaping (String) -> Void) { self.take = take }
            func write(_ content: LogRecord.Content, waited: Duration) -> LogSinkAnswer {
                guard case .line(let text) = content, text != "bad" else { return .refused }
                take(text)
                return .taken
            }
            func content(of report: DropReport) -> LogRecord.Content { .line("\(report.list)") }
        }
        let writer = try LogWriter { Picky { line in taken.withLock { $0.append(line) } } }
        for text in ["1", "bad", "2"] { writer.write(.line(text), level: .notice) }
        writer.close(within: .seconds(20))
        #expect(taken.withLock { Set($0) } == ["1", "2", "notice 1"])
        #expect((writer.counts.sent, writer.counts.dropped) == (2, 1))
    }

    @Test("An entry that waited while a secret was added, or was logged a moment after that, is redacted by then")
    func lateSecrets() throws {
        final class Late: LateRedaction {
            let added = Mutex<ContinuousClock.Instant?>(nil)
            var lastAddition: ContinuousClock.Instant? { added.withLock { $0 } }
            func redact(_ bytes: [UInt8]) -> [UInt8] {
                Array(String(decoding: bytes, as: UTF8.self).replacing("secret", with: "[redacted]").utf8)
            }
        }
        let late = Late()
        let journal = try FakeJournal(absent: true)
        let writer = try LogWriter.journal(identifier: "b", path: journal.path, lateRedaction: late)
        defer { writer.close(within: .seconds(20)) }
        Self.logger(writer).info("a secret", metadata: ["BUILDERD_STEP": "secret"])
        late.added.withLock { $0 = .now }
        // Redacted where it came from before the secret was added, and logged only now.
        Self.logger(writer).info("one more secret")
        try journal.listen()
        let entry = try #require(journal.next())
        #expect(entry.text("MESSAGE") == "a [redacted]")
        #expect(entry.text("BUILDERD_STEP") == "[redacted]")
        #expect(try #require(journal.next()).text("MESSAGE") == "one more [redacted]")
        late.added.withLock { $0 = .now - .seconds(60) }
        Self.logger(writer).info("no secret")
        #expect(try #require(journal.next()).text("MESSAGE") == "no secret")
    }

    @Test("A pipe that nobody reads holds up neither those who log nor, for long, the end")
    func stuckConsole() throws {
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        let (reader, descriptor) = (ends[0], ends[1])
        let writer = try LogWriter(limits: Self.limits(records: 800)) {
            ConsoleSink(colour: false, descriptor: descriptor)
        }
        let line = String(repeating: "x", count: 199) + "\n"
        for _ in 0..<10_000 { writer.write(.line(line), level: .info) }
        let counts = writer.counts
        writer.close(within: .milliseconds(50))
        #expect(counts.sent + counts.waiting + counts.dropped == 10_000)
        #expect(counts.dropped > 1000)
        #expect(writer.counts.sent + writer.counts.dropped == 10_000)
        // The thread is in the middle of a write, and ends when that does. It may still write then, so its end stays open.
        close(reader)
    }

    @Test("Figures: what a line costs who logs it, by the queue and as it was by the socket itself")
    func figures() throws {
        let number = 20_000
        let journal = try FakeJournal()
        // A thread of its own, as other tests may have all of the pool's.
        Thread.detachNewThread { journal.discard(2 * number) }
        let fields = JournalEntry.fields(
            level: .info,
            message: String(repeating: "x", count: 100),
            metadata: ["BUILDERD_EXECUTION": "arn", "BUILDERD_TASK": "task"],
            identifier: "b"
        )
        var socket = JournalSocket(path: journal.path)
        let direct = ContinuousClock().measure {
            for _ in 0..<number {
                while case .full(let descriptor) = socket.send(fields) {
                    var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    unsafe poll(&room, 1, 1000)
                }
            }
        }
        let writer = try LogWriter.journal(identifier: "b", path: journal.path)
        let queued = ContinuousClock().measure {
            for _ in 0..<number { writer.write(.entry(fields), level: .info) }
        }
        let out = ContinuousClock().measure { writer.close(within: .seconds(60)) }
        #expect(writer.counts.sent == number)
        func rate(_ duration: Duration) -> Int { Int(Double(number) / (duration / .seconds(1))) }
        print("figure: journal.entries_per_second.enqueued = \(rate(queued))")
        print("figure: journal.entries_per_second.written_through = \(rate(queued + out))")
        print("figure: journal.entries_per_second.synchronous = \(rate(direct))")
    }
}
