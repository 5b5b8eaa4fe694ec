import Foundation
import TestSupport
import Testing

/// Tools that flood and disks that fill.
@Suite(.timeLimit(.minutes(20)), .serialized)
struct ResourceTests {
    private static func activity(_ name: String) -> String {
        "arn:aws:states:eu-central-1:123456789012:activity:\(name)"
    }

    @Test func `a line without an end and a flood of lines: little memory, nothing dropped or reordered`() async throws
    {
        let server = try await FakeStepFunctions.start()
        let process = try DurableProcess(server: server.url, activity: Self.activity("flood"))
        try process.start()
        try await server.wait("a poll") { $0.openPolls > 0 }
        // The redactor and the first tool's code are in memory then.
        try await Self.work("warm", "true", server)
        let idle = try Self.kibibytes("VmRSS", process.pid)
        let lines = isFull ? 1_000_000 : 100_000
        let mebibytes = isFull ? 1024 : 64
        try await Self.work("lines", "seq 1 \(lines) | sed 's/^/L/'", server)
        try await Self.work("line", "head -c \(mebibytes)M /dev/zero | tr '\\0' x", server)
        let peak = try Self.kibibytes("VmHWM", process.pid) - idle
        figure("output.peak-mib", peak / 1024)
        figure("output.lines", lines)
        figure("output.line-mib", mebibytes)
        #expect(peak < 64 * 1024, "\(peak) KiB above idle")
        try await process.stop()
        var next = 1
        var xs = 0
        try Self.eachLine(process.folder.path + "/log") { line in
            guard let start = line.firstRange(of: "[bakery] ")?.upperBound else { return }
            let text = line[start...]
            if text.hasPrefix("L"), text.dropFirst().prefix(while: \.isNumber) == String(next) { next += 1 }
            if text.hasPrefix("x") { xs += text.prefix { $0 == "x" }.count }
        }
        #expect(next == lines + 1, "line \(next) is missing or out of order")
        #expect(xs == mebibytes * 1024 * 1024)
        try await server.shutDown()
    }

    @Test(.enabled(if: SmallDisk.isAvailable, "no tmpfs can be mounted here"))
    func `a disk that fills in the middle of a task loses nothing, and nothing is claimed until there is room`()
        async throws
    {
        let server = try await FakeStepFunctions.start()
        let process = try DurableProcess(server: server.url, activity: Self.activity("full"))
        let state = process.folder.path + "/state"
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        let disk = try SmallDisk(over: state, mebibytes: 8)
        defer { withExtendedLifetime(disk) {} }
        let token = server.schedule(
            activity: Self.activity("full"),
            input: TaskInput(execution: "full", rounds: 10).text,
            heartbeat: .seconds(60)
        )
        try process.start()
        try await wait("the tool") { process.log.contains("line 2") }
        // Every last byte.
        var filler = 0
        while (try? Data(repeating: 0, count: 1 << (filler < 200 ? 16 : 9)).write(
            to: URL(filePath: "\(state)/filler-\(filler)")
        )) != nil {
            filler += 1
        }
        try await server.wait("the end", limit: .seconds(60)) { $0.task(token)?.ending != nil }
        guard case .succeeded = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(process.log)")
            return
        }
        let second = server.schedule(activity: Self.activity("full"), input: TaskInput(execution: "second").text)
        try await wait("the refusal to claim") { process.log.contains("no task is claimed: journal") }
        #expect(server.record.task(second)?.handedOut == nil)
        for name in process.names("state") where name.hasPrefix("filler-") {
            _ = unsafe unlink("\(state)/\(name)")
        }
        try await server.wait("the second task's end", limit: .seconds(60)) { $0.task(second)?.ending != nil }
        #expect(try await process.stop() == 0)
        #expect(process.names("state/tasks") == [])
        try await server.shutDown()
    }

    @Test(.enabled(if: SmallDisk.isAvailable, "no tmpfs can be mounted here"))
    func `a work folder that a tool fills: its task ends and is retried, its neighbour goes on, the next succeeds`()
        async throws
    {
        let server = try await FakeStepFunctions.start()
        let process = try DurableProcess(server: server.url, activity: Self.activity("work"), slots: 2)
        let disk = try SmallDisk(over: process.folder.path + "/work", mebibytes: 8)
        defer { withExtendedLifetime(disk) {} }
        let neighbour = server.schedule(
            activity: Self.activity("work"),
            // Its tool has its files by then; the shell needs no more room, and its lease moves on four times meanwhile.
            input: TaskInput(
                execution: "neighbour",
                heartbeatMilliseconds: 9000,
                rounds: 1,
                script: "touch \"$E/running\"; while [ ! -e \"$E/freed\" ]; do sleep 0.1; done"
            ).text,
            heartbeat: .seconds(9)
        )
        try process.start()
        try await wait("the neighbour's tool") { process.names("evidence").contains("running") }
        let filling = server.schedule(
            activity: Self.activity("work"),
            input: TaskInput(
                execution: "filling",
                rounds: 1,
                script: """
                    head -c 64M /dev/zero > "$TMPDIR/much"
                    touch "$E/filled"; while [ ! -e "$E/go-on" ]; do sleep 0.1; done
                    """
            ).text,
            heartbeat: .seconds(60)
        )
        try await wait("the full disk") { process.names("evidence").contains("filled") }
        let heartbeats = server.record.task(neighbour)?.heartbeats.count ?? 0
        // Past the deadline that stood when the disk filled.
        try await server.wait("heartbeats on a full disk", limit: .seconds(60)) {
            ($0.task(neighbour)?.heartbeats.count ?? 0) >= heartbeats + 4
        }
        try process.folder.write("evidence/go-on", "")
        try await server.wait("its end", limit: .seconds(60)) { $0.task(filling)?.ending != nil }
        let ending = server.record.task(filling)?.ending
        guard case .failed(let error, _) = ending, error == "Builder.Interrupted" else {
            Issue.record("ended as \(String(describing: ending))\n\(process.log)")
            return
        }
        try await wait("its workspace to be removed") { process.names("work").count == 1 }
        try process.folder.write("evidence/freed", "")
        let next = server.schedule(activity: Self.activity("work"), input: TaskInput(execution: "next").text)
        try await server.wait("the others' ends", limit: .seconds(60)) {
            $0.task(next)?.ending != nil && $0.task(neighbour)?.ending != nil
        }
        for token in [neighbour, next] {
            guard case .succeeded = server.record.task(token)?.ending else {
                Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(process.log)")
                continue
            }
        }
        #expect(try await process.stop() == 0)
        try await server.shutDown()
    }

    private static func work(_ name: String, _ script: String, _ server: FakeStepFunctions) async throws {
        let token = server.schedule(
            activity: activity("flood"),
            input: TaskInput(execution: name, rounds: 1, script: script).text,
            heartbeat: .seconds(60)
        )
        try await server.wait("the end of \(name)", limit: .seconds(600)) { $0.task(token)?.ending != nil }
        guard case .succeeded = server.record.task(token)?.ending else {
            Issue.record("\(name) ended as \(String(describing: server.record.task(token)?.ending))")
            return
        }
    }

    private static func kibibytes(_ field: String, _ pid: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(field):") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
    }

    /// The log has gigabytes.
    private static func eachLine(_ path: String, _ body: (Substring) -> Void) throws {
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        var rest: [UInt8] = []
        while let chunk = try file.read(upToCount: 4 << 20), !chunk.isEmpty {
            rest += chunk
            guard let last = rest.lastIndex(of: 0x0A) else { continue }
            for line in String(decoding: rest[..<last], as: UTF8.self).split(separator: "\n") { body(line) }
            rest.removeFirst(last + 1)
        }
    }
}
