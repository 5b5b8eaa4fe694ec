import Foundation
import Observability
import Synchronization
import SystemdSupport
import TestSupport
import Testing
import ToolSupervisor

@testable import DaemonCore

@Suite struct LogTests {
    @Test func `what waits to be logged is redacted by every task's secrets, those that were added since too`() throws {
        let secrets = SecretsInUse()
        let (one, two) = (try TemporaryFolder(), try TemporaryFolder())
        let first = try TaskRedactor(workspace: one.path, inUse: secrets)
        let second = try TaskRedactor(workspace: two.path, inUse: secrets)
        let before = try #require(secrets.lastAddition)
        #expect(String(decoding: secrets.redact(Array("s3cr3t-value".utf8)), as: UTF8.self) == "s3cr3t-value")
        try first.add(secrets: ["s3cr3t-value"])
        try second.add(secrets: ["an0ther-value"])
        #expect(try #require(secrets.lastAddition) > before)
        let bytes = [0xff] + Array("a s3cr3t-value b an0ther-value".utf8) + [0]
        #expect(secrets.redact(bytes) == [0xff] + Array("a [redacted] b [redacted]".utf8) + [0])
        withExtendedLifetime((first, second)) {}
    }

    @Test func `secrets of a task that is over are not kept`() throws {
        let secrets = SecretsInUse()
        let folder = try TemporaryFolder()
        weak var redactor: Redactor?
        do {
            let task = try TaskRedactor(workspace: folder.path, inUse: secrets)
            redactor = task.redactor
            #expect(redactor != nil)
        }
        #expect(redactor == nil)
    }

    @Test func `the metrics have what became of the log, however often they are asked for`() {
        let counts = Mutex(LogCounts())
        let meter = LogMeter { counts.withLock { $0 } }
        let registry = MetricsRegistry()
        let metrics = DaemonMetrics(factory: registry)
        meter.update(metrics)
        #expect(registry.render().contains("builderd_log_entries_dropped_total{priority=\"warning\"} 0\n"))
        counts.withLock { counts in
            (counts.sent, counts.waiting) = (7, 3)
            counts.droppedByPriority[6] = 5
        }
        meter.update(metrics)
        meter.update(metrics)
        let text = registry.render()
        #expect(text.contains("builderd_log_entries_total 7\n"))
        #expect(text.contains("builderd_log_entries_waiting 3\n"))
        #expect(text.contains("builderd_log_entries_dropped_total{priority=\"info\"} 5\n"))
        #expect(text.contains("builderd_log_entries_dropped_total{priority=\"crit\"} 0\n"))
    }
}
