import Foundation
import Synchronization
import Testing

@testable import ToolSupervisor

@Suite("A tool's output", .timeLimit(.minutes(5)))
struct OutputTests {
    @Test("Lines come while the tool still runs, in order")
    func live() async throws {
        let run = try ToolRun()
        let task = Task { try await run.run("echo one; echo two; while [ ! -e go ]; do sleep 0.05; done; echo three") }
        try await run.collector.line("two")
        #expect(run.collector.lines(.stdout) == ["one", "two"])
        run.folder.make("go")
        _ = try await task.value
        #expect(run.collector.lines(.stdout) == ["one", "two", "three"])
    }

    @Test("A hundred thousand lines on each stream: none lost, none out of order")
    func manyLines() async throws {
        let run = try ToolRun()
        let end = try await run.python(
            "import sys\nfor i in range(100000):\n  print(i)\n  print(-i, file=sys.stderr)"
        )
        #expect(end.status == 0)
        #expect(run.collector.lines(.stdout) == (0..<100_000).map { String($0) })
        let negative: [String] = (0..<100_000).map { String(-$0) }
        #expect(run.collector.lines(.stderr) == negative)
    }

    @Test("A line of 40 MiB comes in pieces, in memory that stays small")
    func hugeLine() async throws {
        // Alone in a process: what other tests take at the same time is none of its memory.
        await #expect(processExitsWith: .success) {
            let run = try ToolRun()
            let sizes = Mutex<(total: Int, most: Int)>((0, 0))
            let before = Self.residentKiB()
            let spec = run.spec("head -c 41943040 /dev/zero | tr '\\0' x")
            _ = try await run.runner.run(spec, folder: run.toolFolder, redactor: try Redactor(secrets: ["xxxyyyxxx"])) {
                _,
                line in
                sizes.withLock { $0 = ($0.total + line.utf8.count, max($0.most, line.utf8.count)) }
            }
            let seen = sizes.withLock { $0 }
            #expect(seen.total == 41_943_040)
            #expect(seen.most == 16 * 1024)
            #expect(Self.residentKiB() - before < 32 * 1024)
        }
    }

    @Test("A secret across lines, reads and writes is never shown")
    func secretAcrossWrites() async throws {
        var run = try ToolRun()
        run.redactor = try Redactor(secrets: ["top\nsecret, \"value\""])
        _ = try await run.run(
            "printf 'a to'; sleep 0.1; printf 'p\\nsec'; sleep 0.1; printf 'ret, \"val'; sleep 0.1; printf 'ue\" b\\n'"
        )
        #expect(run.collector.lines(.stdout) == ["a [redacted] b"])
    }

    @Test("A tool that truncates its own output is followed on")
    func truncated() async throws {
        let run = try ToolRun()
        let task = Task {
            try await run.run(
                "echo a long first line; while [ ! -e go ]; do sleep 0.05; done; : > /dev/stdout; echo two"
            )
        }
        try await run.collector.line("a long first line")
        run.folder.make("go")
        _ = try await task.value
        #expect(run.collector.lines(.stdout) == ["a long first line", "two"])
    }

    @Test("Lines are cut the same way however the bytes come", arguments: [1, 2, 3, 7, 16 * 1024, 100_000])
    func splitter(size: Int) {
        let long = String(repeating: "ü", count: 20_000)
        let text = Array("one\r\n\ntwo\rthree\n\(long)\nlast".utf8)
        var splitter = LineSplitter()
        var lines: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            splitter.process(Array(rest.prefix(size))) { lines.append($0) }
            rest = rest.dropFirst(size)
        }
        splitter.finish { lines.append($0) }
        #expect(lines.count == 8 - 1)
        #expect(lines[..<3] == ["one", "", "two\rthree"])
        #expect(lines[3...5].joined() == long)
        #expect(lines.allSatisfy { $0.utf8.count <= LineSplitter.mostBytes })
        #expect(lines.last == "last")
    }

    private static func residentKiB() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
    }
}
