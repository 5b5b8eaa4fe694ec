import CoreMetrics
import Foundation
import Testing

@testable import Observability

@Suite("Metrics")
struct MetricsTests {
    private func filled() -> MetricsRegistry {
        let registry = MetricsRegistry()
        let metrics = DaemonMetrics(factory: registry)
        metrics.started(version: "1.0 \"quoted\"\\\n", secondsSince1970: 1_795_000_000.5)
        metrics.polled(stage: "bakery", outcome: "task")
        metrics.polled(stage: "bakery", outcome: "task")
        metrics.polled(stage: "provision", outcome: "empty")
        metrics.claimed(stage: "bakery")
        metrics.reported(stage: "bakery", outcome: "success", after: .milliseconds(4500))
        metrics.reported(stage: "bakery", outcome: "success", after: .seconds(15))
        metrics.reported(stage: "bakery", outcome: "success", after: .seconds(1_000_000))
        metrics.heartbeat(stage: "bakery", outcome: "acknowledged")
        metrics.reportRetried(stage: "bakery", outcome: "throttled")
        metrics.leaseLost(stage: "bakery", reason: "expired")
        metrics.slots(stage: "bakery", busy: 1, total: 2)
        metrics.slots(stage: "bakery", busy: 0, total: 2)
        metrics.awsCall(service: "ssm", outcome: "200")
        metrics.resumed(stage: "bakery")
        metrics.adopted(stage: "bakery")
        metrics.tools(running: 1)
        metrics.toolEnded("packer", outcome: "fenced", after: .seconds(90), leftOvers: 2)
        metrics.noticed(kind: "spot")
        metrics.stage("bakery", paused: true, openPolls: 1, leaseLeft: .milliseconds(1500))
        metrics.stage("provision", paused: false, openPolls: 0, leaseLeft: nil)
        metrics.journal(open: 1, ended: 5, quarantined: 0, isWritable: true)
        metrics.log(sent: 6, waiting: 2)
        metrics.log(sent: 1, waiting: 4)
        metrics.logDropped(0, priority: "err")
        metrics.logDropped(3, priority: "debug")
        metrics.credentialsExpire(secondsSince1970: 1_795_003_600)
        let errors = ["throttled"]
        metrics.begin(
            stage: "bakery",
            leaseLosses: ["expired", "cancelled"],
            polls: errors,
            heartbeats: errors,
            reports: errors
        )
        metrics.begin(stage: "validation", leaseLosses: ["expired"], polls: errors, heartbeats: errors, reports: errors)
        metrics.begin(notices: ["spot", "autoscaling"])
        metrics.reloaded(outcome: "refused")
        metrics.free(bytes: 1 << 30, of: "work")
        for seconds in [1.5, 2.25, 2.0] {
            metrics.process(
                ProcessUsage(processorSeconds: seconds, residentBytes: 3e7, openFiles: 12, mostOpenFiles: 1024)
            )
        }
        return registry
    }

    @Test("Every metric is rendered with HELP, TYPE, labels and its value")
    func rendered() {
        let text = filled().render()
        for metric in MetricNames.all {
            #expect(
                text.contains("# HELP \(metric.name) \(metric.help)\n# TYPE \(metric.name) \(metric.kind.rawValue)\n"),
                "\(metric.name)"
            )
        }
        for line in [
            "builderd_polls_total{outcome=\"task\",stage=\"bakery\"} 2",
            "builderd_polls_total{outcome=\"empty\",stage=\"provision\"} 1",
            "builderd_tool_duration_seconds_sum{outcome=\"fenced\",tool=\"packer\"} 90", "builderd_tools_running 1",
            // What begins at 0 and what has been counted already.
            "builderd_lease_losses_total{reason=\"cancelled\",stage=\"bakery\"} 0",
            "builderd_lease_losses_total{reason=\"expired\",stage=\"bakery\"} 1",
            "builderd_tasks_reported_total{outcome=\"failure\",stage=\"validation\"} 0",
            "builderd_report_retries_total{outcome=\"throttled\",stage=\"validation\"} 0",
            "builderd_tasks_claimed_total{stage=\"validation\"} 0",
            "builderd_instance_notices_total{kind=\"autoscaling\"} 0",
            "builderd_instance_notices_total{kind=\"spot\"} 1",
            "builderd_reloads_total{outcome=\"applied\"} 0", "builderd_reloads_total{outcome=\"refused\"} 1",
            "builderd_config_last_reload_successful 0", "builderd_free_bytes{folder=\"work\"} 1073741824",
            "process_cpu_seconds_total 2.25", "process_resident_memory_bytes 30000000", "process_open_fds 12",
            "process_max_fds 1024",
            "builderd_tool_left_overs_total 2", "builderd_stage_paused{stage=\"bakery\"} 1",
            "builderd_lease_left_seconds{stage=\"bakery\"} 1.5", "builderd_lease_left_seconds{stage=\"provision\"} NaN",
            "builderd_journal_records{state=\"ended\"} 5", "builderd_journal_writable 1",
            "builderd_log_entries_total 7", "builderd_log_entries_waiting 4",
            "builderd_log_entries_dropped_total{priority=\"debug\"} 3",
            "builderd_log_entries_dropped_total{priority=\"err\"} 0", "builderd_slots_busy{stage=\"bakery\"} 0",
            "builderd_slots{stage=\"bakery\"} 2",
            "builderd_build_info{version=\"1.0 \\\"quoted\\\"\\\\\\n\"} 1", "builderd_start_time_seconds 1795000000.5",
            "builderd_task_duration_seconds_bucket{outcome=\"success\",stage=\"bakery\",le=\"5\"} 1",
            "builderd_task_duration_seconds_bucket{outcome=\"success\",stage=\"bakery\",le=\"15\"} 2",
            "builderd_task_duration_seconds_bucket{outcome=\"success\",stage=\"bakery\",le=\"14400\"} 2",
            "builderd_task_duration_seconds_bucket{outcome=\"success\",stage=\"bakery\",le=\"+Inf\"} 3",
            "builderd_task_duration_seconds_sum{outcome=\"success\",stage=\"bakery\"} 1000019.5",
            "builderd_task_duration_seconds_count{outcome=\"success\",stage=\"bakery\"} 3",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        #expect(text == filled().render())
    }

    @Test("Names are unique, in builderd's space or the one that every process has, and follow their kind")
    func names() {
        #expect(Set(MetricNames.all.map(\.name)).count == MetricNames.all.count)
        for metric in MetricNames.all {
            #expect(metric.name.hasPrefix("builderd_") || metric.name.hasPrefix("process_"))
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter))
            #expect(metric.buckets == metric.buckets.sorted())
        }
    }

    @Test("Metrics of libraries get names that Prometheus takes")
    func foreignMetrics() {
        let registry = MetricsRegistry()
        registry.makeCounter(label: "a.b-c", dimensions: [("x-y", "1"), ("x-y", "2"), ("0", "z")]).increment(by: 3)
        registry.makeTimer(label: "wait", dimensions: []).recordNanoseconds(250_000_000)
        registry.makeRecorder(label: "9lives", dimensions: [], aggregate: false).record(4.5)
        registry.makeFloatingPointCounter(label: "f_total", dimensions: []).increment(by: -1)
        let text = registry.render()
        #expect(text.contains("a_b_c_total{_0=\"z\",x_y=\"1\"} 3\n"))
        #expect(text.contains("wait_seconds_bucket{le=\"0.5\"} 1\n") && text.contains("wait_seconds_sum 0.25\n"))
        #expect(text.contains("_9lives 4.5\n"))
        #expect(text.contains("f_total 0\n"))
    }

    @Test("A name used for two kinds, and labels without end, do not break the page")
    func bounds() {
        let registry = MetricsRegistry()
        registry.makeCounter(label: "x_total", dimensions: []).increment(by: 1)
        registry.makeMeter(label: "x_total", dimensions: []).set(7.0)
        registry.makeMeter(label: MetricNames.polls.name, dimensions: []).set(7.0)
        for index in 0..<5000 {
            registry.makeCounter(label: "many", dimensions: [("i", String(index))]).increment(by: 1)
        }
        let text = registry.render()
        #expect(text.contains("x_total 1\n") && !text.contains(" 7\n"))
        #expect(text.split(separator: "\n").count == 2 + 1 + 2 + 1000)
    }

    @Test("Counting from many tasks loses nothing")
    func concurrent() async {
        let registry = MetricsRegistry()
        let metrics = DaemonMetrics(factory: registry)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { for _ in 0..<200 { metrics.claimed(stage: "bakery") } } }
        }
        #expect(registry.render().contains("builderd_tasks_claimed_total{stage=\"bakery\"} 10000\n"))
    }

    static let promtool: String? = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let found = path.split(separator: ":").map { $0 + "/promtool" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        if found == nil {
            print(
                "SKIPPED: no promtool on this machine (apt-get install prometheus): the metrics page is not checked by it"
            )
        }
        return found
    }()

    @Test("promtool finds nothing wrong", .enabled(if: promtool != nil, "needs promtool (apt-get install prometheus)"))
    func checkedByPromtool() async throws {
        let tool = try #require(Self.promtool)
        let text = filled().render()
        let (status, output) = try await onThread {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: tool)
            process.arguments = ["check", "metrics"]
            let input = Pipe()
            let output = Pipe()
            process.standardInput = input
            process.standardOutput = output
            process.standardError = output
            try process.run()
            input.fileHandleForWriting.write(Data(text.utf8))
            try input.fileHandleForWriting.close()
            let all = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: all, as: UTF8.self))
        }
        #expect(status == 0, "\(output)")
        #expect(output == "")
    }
}
