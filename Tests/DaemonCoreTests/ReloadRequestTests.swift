import Foundation
import Logging
import TestSupport
import Testing

@testable import DaemonCore

@Suite(.timeLimit(.minutes(1)))
struct ReloadRequestTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A process that notes each SIGHUP and goes on.
    private func daemon() async throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c", "trap ': >\"$0/hup\"' HUP; : >\"$0/ready\"; while [ ! -e \"$0/end\" ]; do sleep 0.01; done",
            folder.path,
        ]
        try process.run()
        try await appeared("ready")
        return process
    }

    private func appeared(_ name: String) async throws {
        while !FileManager.default.fileExists(atPath: folder.path + "/" + name) {
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private func end(_ process: Process) throws {
        try folder.write("end", "")
        process.waitUntilExit()
    }

    private func request(_ process: Int32, patience: Duration = .seconds(50)) throws -> ReloadRequest {
        try ReloadRequest(process: process, environment: ["RUNTIME_DIRECTORY": folder.path], patience: patience)
    }

    private var report: ReloadReport {
        ReloadReport(folder: folder.path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test(arguments: [nil, "aws.region takes a restart"])
    func `it signals, and tells what became of the reload that began then, not of one before`(refusal: String?)
        async throws
    {
        let process = try await daemon()
        let report = report
        report.began()
        report.ended(refusal == nil ? .refused("an earlier one") : .applied([]))
        let request = try request(process.processIdentifier)
        let outcome = Task { () -> String? in
            do throws(ReloadFailure) {
                try await request.run()
                return nil
            } catch {
                return error.description
            }
        }
        try await appeared("hup")
        report.began()
        report.ended(refusal.map { .refused($0) } ?? .applied(["log.level"]))
        let told = await outcome.value
        #expect(refusal.map { told?.contains($0) == true } ?? (told == nil), "\(told ?? "")")
        try end(process)
    }

    @Test func `a daemon that ends or says nothing is a failure`() async throws {
        let process = try await daemon()
        let silent = try request(process.processIdentifier, patience: .milliseconds(200))
        let late = await #expect(throws: ReloadFailure.self) { try await silent.run() }
        #expect(late?.description.contains("timed out") == true)
        try end(process)
        let gone = try request(process.processIdentifier)
        let none = await #expect(throws: ReloadFailure.self) { try await gone.run() }
        #expect(none?.description.contains("has ended") == true)
    }

    @Test func `outside of the unit it says what to use`() throws {
        let failure = #expect(throws: ReloadFailure.self) { try ReloadRequest(process: 1, environment: [:]) }
        #expect(failure?.description.contains("systemctl reload builderd") == true)
    }
}
