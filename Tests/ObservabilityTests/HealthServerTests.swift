import Foundation
import Logging
import Testing

@testable import Observability

@Suite("The health socket", .timeLimit(.minutes(2)))
struct HealthServerTests {
    @Test(
        "Each path answers, with its type and length, and the connection is closed",
        arguments: [
            ("/livez", "text/plain; charset=utf-8", "ok\n"), ("/readyz?verbose", "text/plain; charset=utf-8", "ok\n"),
            ("/status", "application/json", "{\"version\":\"test\"}"),
            ("/metrics", "text/plain; version=0.0.4; charset=utf-8", "# end\n"),
        ]
    )
    func paths(path: String, type: String, body: String) async throws {
        let test = try await ServerUnderTest()
        let answer = try await test.exchange("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("Content-Type: \(type)\r\n"))
        #expect(answer.contains("Content-Length: \(body.utf8.count)\r\n"))
        #expect(answer.contains("Connection: close\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n" + body))
        let head = try await test.exchange("HEAD \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(head == answer.dropLast(body.count))
        await test.server.stop()
    }

    @Test("Not ready is 503, with every reason and what to do")
    func notReady() async throws {
        let reasons = [
            HealthReason(subject: "a", problem: "b", next: "c"), HealthReason(subject: "d", problem: "e", next: "f"),
        ]
        let test = try await ServerUnderTest(FakeSource(ready: HealthAnswer(reasons: reasons)))
        let answer = try await test.exchange("GET /readyz HTTP/1.1\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(answer.hasSuffix("\r\n\r\na: b; c\nd: e; f\n"))
        await test.server.stop()
    }

    @Test(
        "What is asked wrongly is refused",
        arguments: [
            ("POST /livez HTTP/1.1\r\n\r\n", "405 Method Not Allowed"),
            ("DELETE /status HTTP/1.1\r\n\r\n", "405 Method Not Allowed"),
            ("GET / HTTP/1.1\r\n\r\n", "404 Not Found"), ("GET /livez/ HTTP/1.1\r\n\r\n", "404 Not Found"),
            ("GET /../status HTTP/1.1\r\n\r\n", "404 Not Found"), ("GET livez HTTP/1.1\r\n\r\n", "4"),
            ("GET /livez HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", "413 "),
            ("GET /livez HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "413 "),
            ("GET /livez HTTP/1.1\r\nContent-Length: x\r\n\r\n", "4"), ("hello\r\n\r\n", "400 Bad Request"),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "4"), ("\u{16}\u{3}\u{1}\u{0}", "400 Bad Request"),
            (
                "GET /livez HTTP/1.1\r\nX: \(String(repeating: "x", count: 9000))\r\n\r\n",
                "431 Request Header Fields Too Large"
            ),
        ]
    )
    func refused(request: String, status: String) async throws {
        let test = try await ServerUnderTest()
        let answer = try await test.exchange(request)
        #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer)")
        #expect(!answer.contains("HTTP/1.1 200"))
        if status.hasPrefix("405") { #expect(answer.contains("Allow: GET, HEAD\r\n")) }
        await test.server.stop()
    }

    @Test(
        "A head of exactly the limit is taken, sent byte by byte too; a second request on the connection is not answered"
    )
    func limits() async throws {
        let test = try await ServerUnderTest()
        let start = "GET /livez HTTP/1.1\r\nX: "
        let request = start + String(repeating: "x", count: 8192 - start.utf8.count - 4) + "\r\n\r\n"
        #expect(try await test.exchange(request).hasPrefix("HTTP/1.1 200"))
        let path = test.path
        let slow = try await onThread {
            let client = try UnixClient(path)
            for character in "GET /livez HTTP/1.1\r\n\r\n" { client.send(String(character)) }
            return client.readToEnd()
        }
        #expect(slow?.hasSuffix("\r\n\r\nok\n") == true)
        let two = try await test.exchange("GET /livez HTTP/1.1\r\n\r\nGET /status HTTP/1.1\r\n\r\n")
        #expect(two.components(separatedBy: "HTTP/1.1 ").count == 2)
        await test.server.stop()
    }

    @Test("A hundred probes at a time, sixty at once")
    func concurrent() async throws {
        let test = try await ServerUnderTest()
        for _ in 0..<2 {
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<60 {
                    group.addTask {
                        try await test.exchange(
                            "GET /\(["livez", "readyz", "status", "metrics"][index % 4]) HTTP/1.1\r\n\r\n"
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 60 && answers.allSatisfy { $0.hasPrefix("HTTP/1.1 200") })
        }
        await test.server.stop()
    }

    @Test("A large status reaches a client; one that does not read is dropped")
    func largeAnswer() async throws {
        var limits = LocalServerLimits()
        limits.answerDeadline = .milliseconds(300)
        let text = String(repeating: "x", count: 8 << 20)
        let test = try await ServerUnderTest(FakeSource(statusText: text), limits: LocalServerLimits())
        #expect(try await test.exchange("GET /status HTTP/1.1\r\n\r\n").hasSuffix(text))
        await test.server.stop()
        let strict = try await ServerUnderTest(FakeSource(statusText: text), limits: limits)
        let path = strict.path
        let got = try await onThread { () -> Int? in
            let client = try UnixClient(path)
            client.send("GET /status HTTP/1.1\r\n\r\n")
            // Reads nothing until the server has hung up.
            guard client.waitForHangUp() else { return nil }
            return client.readToEnd()?.utf8.count
        }
        #expect(try #require(got) < text.utf8.count)
        await strict.server.stop()
    }

    @Test("A source that does not answer costs one connection for the deadline, not the server")
    func hangingSource() async throws {
        var limits = LocalServerLimits()
        limits.answerDeadline = .seconds(2)
        let test = try await ServerUnderTest(FakeSource(pause: .seconds(3600)), limits: limits)
        #expect(try await test.exchange("GET /status HTTP/1.1\r\n\r\n") == "")
        #expect(try await test.exchange("GET /livez HTTP/1.1\r\n\r\n").hasPrefix("HTTP/1.1 200"))
        await test.server.stop()
    }
}
