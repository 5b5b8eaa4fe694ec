import Foundation
import TestSupport

/// The worker process of `Tests/DurableWorker`, started, stopped and killed over one folder.
final class DurableProcess {
    static let executable = URL(filePath: BuiltProduct.builderd).deletingLastPathComponent().path + "/DurableWorker"

    /// Journal, workspaces, evidence and log.
    let folder: TemporaryFolder
    var settings: WorkerSettings
    private var process: Process?

    init(
        server: String,
        activity: String,
        slots: Int = 1,
        graceMilliseconds: Int = 2000,
        stopBudgetMilliseconds: Int = 3000
    )
        throws
    {
        folder = try TemporaryFolder()
        settings = WorkerSettings(
            server: server,
            activity: activity,
            folder: folder.path,
            builderd: BuiltProduct.builderd,
            slots: slots,
            graceMilliseconds: graceMilliseconds,
            stopBudgetMilliseconds: stopBudgetMilliseconds
        )
        try folder.write("evidence/README", "")
        try folder.write("work/README", "")
        try folder.write("log", "")
    }

    deinit {
        if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
        for tool in supervisors() { kill(tool, SIGKILL) }
    }

    /// Everything that it printed, over all its lives.
    var log: String { (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? "" }
    var pid: Int32 { process?.processIdentifier ?? 0 }
    var isRunning: Bool { process?.isRunning ?? false }

    func start(killAt: Int? = nil, wishes: [String]? = nil) throws {
        settings.killAt = killAt
        settings.wishes = wishes
        let file = try folder.write("settings.json", String(decoding: JSONEncoder().encode(settings), as: UTF8.self))
        let process = Process()
        process.executableURL = URL(filePath: Self.executable)
        process.arguments = [file]
        process.environment = ["PATH": "/usr/bin:/bin"]
        let output = try FileHandle(forWritingTo: URL(filePath: folder.path + "/log"))
        try output.seekToEnd()
        process.standardError = output
        process.standardOutput = output
        try process.run()
        self.process = process
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for its end; the exit status, or minus the signal. `nil` after `limit`.
    func ended(within limit: Duration = .seconds(60)) async throws -> Int32? {
        let deadline = ContinuousClock.now + limit
        while let process, process.isRunning {
            guard ContinuousClock.now < deadline else { return nil }
            try await Task.sleep(for: .milliseconds(5))
        }
        guard let process else { return nil }
        return process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
    }

    /// SIGKILL, and its end.
    func killHard() async throws {
        signal(SIGKILL)
        _ = try await ended()
    }

    /// SIGTERM, and its end.
    @discardableResult
    func stop() async throws -> Int32? {
        signal(SIGTERM)
        return try await ended()
    }

    /// Lines of an evidence file; none where it is not there.
    func evidence(_ name: String) -> [String] { lines("evidence/\(name)") }
    /// Names of the probe points it passed, over all its lives.
    var points: [String] { lines("points") }

    private func lines(_ name: String) -> [String] {
        let text = (try? String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    /// Names in a folder below its own.
    func names(_ path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(path)")) ?? []).sorted()
    }

    /// Process numbers of living supervisors of its tools.
    func supervisors() -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { number in
            guard let words = try? Data(contentsOf: URL(filePath: "/proc/\(number)/cmdline")) else { return false }
            let line = String(decoding: words, as: UTF8.self)
            return line.hasPrefix("builderd\0supervise\0\(folder.path)/")
        }
    }

    /// Folders of tools of this name, of every task.
    func toolFolders(_ name: String) -> [String] {
        names("work").flatMap { task in
            names("work/\(task)/tools").filter { $0 == name || $0.hasPrefix(name + "~") }.map {
                "\(folder.path)/work/\(task)/tools/\($0)"
            }
        }
    }

    /// Whether everything of a tool is gone: nothing holds the lock that its script took.
    func isGone(_ key: String) -> Bool {
        let descriptor = unsafe open("\(folder.path)/evidence/lock-\(key)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }
}

/// Whether the long forms run: `Tests/run --full`.
let isFull = ProcessInfo.processInfo.environment["BUILDERD_TEST_FULL"] == "1"

/// Prints a figure and the like that `Tests/run` collects.
func figure(_ name: String, _ value: some CustomStringConvertible) { print("figure: \(name) = \(value)") }

/// Waits until `isFulfilled`, looking often.
///
/// - Throws: `TookTooLong` after `limit`.
func wait(_ what: String, limit: Duration = .seconds(60), until isFulfilled: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while try !isFulfilled() {
        guard ContinuousClock.now < deadline else {
            throw TookTooLong(description: "\(limit) passed waiting for \(what)")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

struct TookTooLong: Error, CustomStringConvertible { var description: String }
