import Logging
import SystemdSupport
import Testing

@testable import DaemonCore

@Suite struct TaskLinesTests {
    @Test func `a task's lines are kept with level, step and tool; those of no task are not`() throws {
        let lines = TaskLines()
        var logger = Logger(label: "t") { _ in
            TaskLineHandler(JournalLogHandler(identifier: "t", level: LogLevelSetting(.info)) { _ in }, lines: lines)
        }
        logger.info("of no task")
        logger[metadataKey: "BUILDERD_TASK"] = "t1"
        logger.notice("claimed")
        logger.debug("under the level")
        logger.warning("slow", metadata: ["BUILDERD_STEP": "apply", "BUILDERD_TOOL": "terraform"])
        logger.info("applying", metadata: ["BUILDERD_STEP": "terraform-apply", "BUILDERD_TOOL": "terraform-apply"])
        let kept = try #require(lines.last(10, of: "t1"))
        #expect(
            kept.map { $0.drop { $0 != " " } } == [
                " notice claimed", " warning [apply] [terraform] slow", " info [terraform-apply] applying",
            ]
        )
        #expect(lines.last(1, of: "t1") == [kept[2]])
        #expect(lines.last(10, of: "t2") == nil)
    }

    @Test func `lines without end, long lines and many tasks stay within their bounds`() throws {
        let lines = TaskLines()
        for number in 0..<5000 { lines.add("\(number) " + String(repeating: "x", count: 100), of: "t") }
        let kept = try #require(lines.last(100_000, of: "t"))
        #expect(kept.reduce(0) { $0 + $1.utf8.count } <= TaskLines.mostBytes)
        #expect(kept.count > 1000)
        #expect(kept.last?.hasPrefix("4999 ") == true)
        lines.add(String(repeating: "é", count: 10_000), of: "t")
        let last = try #require(lines.last(1, of: "t")?.first)
        #expect(last.utf8.count <= TaskLines.mostLineBytes && last.hasSuffix("é…"))
        for number in 0..<TaskLines.mostTasks { lines.add("x", of: "other \(number)") }
        #expect(lines.last(1, of: "t") == nil)
        #expect(lines.last(1, of: "other 0") == ["x"])
    }
}
