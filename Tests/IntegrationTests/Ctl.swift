import Foundation
import TestSupport

/// The real `builderctl`, once.
struct Ctl {
    /// What it printed and how it ended.
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    /// The executable beside `builderd`'s.
    static let executable = BuilderdProcess.executable.map {
        URL(filePath: $0).deletingLastPathComponent().appending(path: "builderctl").path
    }

    /// Runs it with these arguments and nothing in its environment but `PATH` and `environment`; standard input is empty.
    ///
    /// - Parameter program: another program, one that becomes `builderctl`.
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        program: String? = nil
    ) async throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: program ?? executable ?? "/nonexistent")
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        async let told = read(output)
        async let complained = read(errors)
        let (text, complaint) = await (told, complained)
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: text, errors: complaint)
    }

    private static func read(_ pipe: Pipe) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
                continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
            }
        }
    }
}

extension BuilderdProcess {
    /// `builderctl` with this daemon's sockets.
    func ctl(_ arguments: String...) async throws -> Ctl.Outcome {
        try await Ctl.run(
            arguments,
            environment: [
                "BUILDERD_HEALTH_SOCKET": folder.path + "/health.sock",
                "BUILDERD_CONTROL_SOCKET": folder.path + "/control.sock",
            ]
        )
    }
}
