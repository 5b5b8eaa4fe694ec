import Foundation
import Testing

@testable import Observability

@Suite("Slow and hostile clients of the health socket", .timeLimit(.minutes(2)))
struct HostileClientTests {
    /// Deadlines short enough for a test.
    private static var quick: LocalServerLimits {
        var limits = LocalServerLimits()
        limits.headDeadline = .milliseconds(700)
        return limits
    }

    @Test("Defaults are those of the design page")
    func defaults() {
        let limits = LocalServerLimits()
        #expect(limits.connections == 64 && limits.requestBytes == 8192)
        #expect(limits.headDeadline == .seconds(5) && limits.answerDeadline == .seconds(5))
    }

    @Test("600 connections that say nothing: 64 are held until the deadline, the others told 503, and then all is well")
    func headerless() async throws {
        // Alone in a process: what other tests take at the same time is none of its memory.
        await #expect(processExitsWith: .success) {
            let test = try await ServerUnderTest(limits: Self.quick)
            let path = test.path
            let before = Self.residentKiB()
            let (refused, closed) = try await onThread {
                let clients = try (0..<600).map { _ in try UnixClient(path) }
                let answers = clients.map { $0.readToEnd() }
                return (answers.count { $0?.hasPrefix("HTTP/1.1 503") == true }, answers.count { $0?.isEmpty == true })
            }
            // A few of the first may have met their deadline before the last came.
            #expect(refused + closed == 600)
            #expect(refused >= 400 && closed >= 64)
            #expect(Self.residentKiB() - before < 32 * 1024)
            #expect(try await test.exchange("GET /livez HTTP/1.1\r\n\r\n").hasPrefix("HTTP/1.1 200"))
            await test.server.stop()
        }
    }

    @Test("Half a head is cut off at the deadline, however it trickles", arguments: [0, 50])
    func halfHead(trickleMilliseconds: Int) async throws {
        let test = try await ServerUnderTest(limits: Self.quick)
        let path = test.path
        let (took, answer) = try await onThread {
            let client = try UnixClient(path)
            client.send("GET /livez HTTP/1.1\r\nX-Slow: ")
            let clock = ContinuousClock()
            let start = clock.now
            if trickleMilliseconds > 0 {
                while clock.now - start < .seconds(10), client.send("x") { usleep(UInt32(trickleMilliseconds) * 1000) }
            }
            let answer = client.readToEnd()
            return (clock.now - start, answer)
        }
        #expect(answer?.contains("200") == false)
        #expect(took < .seconds(8))
        await test.server.stop()
    }

    @Test("Endless headers end at 8 KiB, in memory that stays small")
    func endlessHeaders() async throws {
        // Alone in a process: what other tests take at the same time is none of its memory.
        await #expect(processExitsWith: .success) {
            let test = try await ServerUnderTest()
            let path = test.path
            let before = Self.residentKiB()
            let (sent, answer) = try await onThread {
                let client = try UnixClient(path)
                client.send("GET /livez HTTP/1.1\r\n")
                var sent = 0
                while sent < 64 << 20, client.send("X-\(sent): y\r\n") { sent += 12 }
                return (sent, client.readToEnd())
            }
            #expect(sent < 64 << 20)
            // 431 for the size or 400 for the decoder's own limit; either may be lost to the reset that the unread rest causes.
            #expect(
                answer?.isEmpty != false || ["431", "400"].contains { answer?.hasPrefix("HTTP/1.1 \($0)") == true },
                "\(answer ?? "")"
            )
            #expect(Self.residentKiB() - before < 16 * 1024)
            await test.server.stop()
        }
    }

    @Test("Connections that come and go at once leave nothing behind")
    func churn() async throws {
        let test = try await ServerUnderTest()
        let path = test.path
        try await onThread {
            for index in 0..<500 {
                let client = try UnixClient(path)
                if index % 2 == 0 { client.send("GET /livez") }
            }
        }
        var answer = ""
        // The server sees the last of them go a moment later than the client.
        for _ in 0..<100 where !answer.hasPrefix("HTTP/1.1 200") {
            answer = try await test.exchange("GET /livez HTTP/1.1\r\n\r\n")
        }
        #expect(answer.hasPrefix("HTTP/1.1 200"))
        await test.server.stop()
    }

    private static func residentKiB() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
    }
}
