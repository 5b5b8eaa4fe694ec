import Logging
import Testing

@testable import SystemdSupport

@Suite("Log queue")
struct LogQueueTests {
    private let start = ContinuousClock.now

    private static func limits(records: Int = 80, bytes: Int = 1 << 20) -> LogLimits {
        var limits = LogLimits()
        (limits.records, limits.bytes) = (records, bytes)
        return limits
    }

    /// All are of one size.
    private static func record(_ text: String, _ level: Logger.Level, hasID: Bool = false) -> LogRecord {
        let other = JournalField(hasID ? "MESSAGE_ID" : "BUILDERD_X", "x")
        return LogRecord(.entry([JournalField("MESSAGE", text), other]), level: level)
    }

    @Test(
        "Details leave room for the story, and that for warnings; lines with an id are as dear as these",
        arguments: [true, false]
    )
    func shares(byCount: Bool) {
        let size = Self.record("", .info).bytes
        var queue = LogQueue(limits: byCount ? Self.limits() : Self.limits(records: 1000, bytes: 80 * size))
        func taken(_ level: Logger.Level, hasID: Bool = false, of number: Int = 200) -> Int {
            (0..<number).filter { _ in queue.offer(Self.record("", level, hasID: hasID), at: start) }.count
        }
        #expect(taken(.debug) == 40)
        #expect(taken(.trace) == 0)
        #expect(taken(.notice) == 30)
        #expect(taken(.info) == 0)
        #expect(taken(.info, hasID: true, of: 1) == 1)
        #expect(taken(.warning) == 9)
        #expect(taken(.critical) == 0)
        #expect(queue.counts.waiting == 80)
        #expect(queue.counts.droppedByPriority == [0, 0, 200, 0, 191, 170, 200, 360])
    }

    @Test("Records leave in the order in which they came, over many rounds")
    func order() {
        var queue = LogQueue(limits: Self.limits(records: 8000))
        var (next, expected) = (0, 0)
        for round in 0..<6000 {
            for _ in 0...(round % 2) where queue.offer(Self.record("\(next)", .warning), at: start) { next += 1 }
            #expect(queue.first?.content == Self.record("\(expected)", .warning).content)
            queue.removeFirst(wasSent: true, at: start)
            expected += 1
        }
        #expect(queue.counts.sent == 6000)
        #expect(queue.counts.waiting == next - 6000)
        queue.removeAll(at: start)
        #expect(queue.counts.waiting == 0)
        #expect(queue.counts.dropped == next - 6000)
    }

    @Test(
        "Drops are reported once there is room, and now and then while there is none, but only as long as something leaves"
    )
    func reports() {
        var queue = LogQueue(limits: Self.limits())
        func told(_ now: ContinuousClock.Instant) -> String? { queue.dropsToReport(at: now)?.list }
        for _ in 0..<75 { _ = queue.offer(Self.record("", .info), at: start) }
        #expect(told(start) == nil)
        let later = start + .seconds(11)
        #expect(told(later) == "info 5")
        #expect(told(later) == nil)
        queue.drop(Self.record("", .error), at: later)
        #expect(told(later + .seconds(11)) == nil, "nothing has left since")
        queue.removeFirst(wasSent: true, at: later)
        #expect(told(later) == nil, "crowded")
        for _ in 0..<40 { queue.removeFirst(wasSent: true, at: later) }
        #expect(told(later) == "err 1")
        #expect(told(later + .seconds(60)) == nil)
    }

    @Test("It is stalled when its first record has not moved for long, however long nothing came before")
    func stalled() {
        var queue = LogQueue(limits: Self.limits())
        let now = start + .seconds(3600)
        #expect(!queue.isStalled(at: now))
        _ = queue.offer(Self.record("", .info), at: now)
        _ = queue.offer(Self.record("", .info), at: now)
        #expect(!queue.isStalled(at: now + .seconds(19)))
        #expect(queue.isStalled(at: now + .seconds(20)))
        queue.removeFirst(wasSent: true, at: now + .seconds(30))
        #expect(!queue.isStalled(at: now + .seconds(31)))
    }
}
