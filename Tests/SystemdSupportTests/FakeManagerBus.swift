import Foundation

/// `Tests/lib/fake_service_manager.py`: a real message bus, in a folder of its own, with a scripted service manager on it.
final class FakeManagerBus {
    /// The interpreter that has what the script imports; `Tests/run` sets it.
    static let python = ProcessInfo.processInfo.environment["BUILDERD_TEST_PYTHON"]

    /// The bus's D-Bus address.
    let address: String
    private let folder = "/tmp/sdb-" + UUID().uuidString
    private let process = Process()
    private let input = Pipe()

    /// Starts both, and returns when they answer.
    ///
    /// - Parameter script: JSON as the script's head describes it.
    init(_ script: String) throws {
        address = "unix:path=\(folder)/bus"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let program = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../lib/fake_service_manager.py"
        )
        let output = Pipe()
        process.executableURL = URL(filePath: Self.python ?? "/nonexistent")
        process.arguments = [program.path, folder, script]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let said = output.fileHandleForReading.availableData
        guard said == Data("ready".utf8) else { throw DidNotStart(said: String(decoding: said, as: UTF8.self)) }
    }

    deinit {
        // The script ends with its input.
        try? input.fileHandleForWriting.close()
        if process.isRunning { process.waitUntilExit() }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The script ended at its start; it says why on standard error.
    struct DidNotStart: Error { let said: String }
}
