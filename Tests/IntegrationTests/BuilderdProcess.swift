import Foundation
import TestSupport

/// A real `builderd run` with a configuration, state and workspaces of its own, for tests that stop, kill and restart it.
final class BuilderdProcess {
    /// The executable: `BUILDERD_TEST_BUILDERD`, which `Tests/run` sets.
    static let executable = ProcessInfo.processInfo.environment["BUILDERD_TEST_BUILDERD"]

    /// The Python that scripts of `Tests/Python` run under: `BUILDERD_TEST_PYTHON`, which `Tests/run` sets.
    static let python = ProcessInfo.processInfo.environment["BUILDERD_TEST_PYTHON"]

    /// Its configuration, state, workspaces and log.
    let folder: TemporaryFolder
    /// What it is started with besides `PATH`; nothing else is inherited.
    var environment: [String: String]
    /// A command that becomes it, given the executable and its arguments; none when empty.
    var launcher: [String] = []
    private var process: Process?

    /// A daemon that signs with the fake server's credentials and works the activities that `configuration` names.
    init(configuration: String, server: String) throws {
        folder = try TemporaryFolder()
        environment = [
            "PATH": "/usr/bin:/bin",
            "AWS_ACCESS_KEY_ID": "AKIDFAKESTEPFUNCTIONS",
            "AWS_SECRET_ACCESS_KEY": "fake/secret+key",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL_SFN": server,
        ]
        try folder.write("catalogue/README", "")
        try folder.write("environments/README", "")
        try folder.write(
            "builderd.yaml",
            """
            \(configuration)
            paths:
              state: \(folder.path)/state
              work: \(folder.path)/work
              catalogue: \(folder.path)/catalogue
              environments: \(folder.path)/environments
            storage: {kmsKey: alias/test, artifactsBucket: artifacts, stateBucket: state, inventoryTable: inventory}
            health: {socket: \(folder.path)/health.sock}
            control: {socket: \(folder.path)/control.sock}
            """
        )
    }

    deinit {
        if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Everything it printed so far, over all its lives.
    var log: String { (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? "" }

    /// Starts it; returns as soon as the process exists.
    ///
    /// - Parameter command: the subcommand with its flags; `--config` is added where the subcommand takes it.
    func start(_ command: [String] = ["run"]) throws {
        let path = folder.path + "/log"
        if !FileManager.default.fileExists(atPath: path) { try folder.write("log", "") }
        let output = try FileHandle(forWritingTo: URL(filePath: path))
        try output.seekToEnd()
        let process = Process()
        let own = command + (command == ["version"] ? [] : ["--config", folder.path + "/builderd.yaml"])
        let whole = launcher + [Self.executable ?? "/nonexistent"] + own
        process.executableURL = URL(filePath: whole[0])
        process.arguments = Array(whole.dropFirst())
        process.environment = environment
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        self.process = process
    }

    /// Its number; 0 before its first start.
    var processIdentifier: Int32 { process?.processIdentifier ?? 0 }

    /// Sends a signal to it.
    func signal(_ number: Int32) {
        if let process { kill(process.processIdentifier, number) }
    }

    /// Its process id; 0 when it was never started.
    var identifier: Int32 { process?.processIdentifier ?? 0 }

    /// Its resident memory; 0 when it does not run.
    var residentKiB: Int {
        let path = "/proc/\(process?.processIdentifier ?? 0)/status"
        let lines = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
        let line = lines.first { $0.hasPrefix("VmRSS:") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
    }

    /// Waits for its end and returns the exit status, or the negative signal number.
    func waitForExit() async -> Int32 {
        guard let process else { return 0 }
        await withCheckedContinuation { continuation in
            // Not a thread of Dispatch's pool, in which Swift's tasks run too.
            Thread.detachNewThread {
                process.waitUntilExit()
                continuation.resume()
            }
        }
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// Waits until it has printed `text`.
    func logged(_ text: String) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !log.contains(text) {
            guard ContinuousClock.now < deadline else {
                throw NeverAnswered(description: "“\(text)” was never logged:\n\(log)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// kill -9, and waits until it is gone.
    func killHard() async {
        signal(SIGKILL)
        _ = await waitForExit()
    }
}

/// A port of 127.0.0.1 that takes connections and never answers: the kernel shakes hands, nobody accepts.
final class SilentPort {
    private let listener: LoopbackListener
    /// `http://127.0.0.1:<port>`.
    var url: String { listener.url }

    init() throws { listener = try LoopbackListener() }
}
