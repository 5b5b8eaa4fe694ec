import ActivityWorker
import AWSClient
import CurlTransport
import FoundationEssentials
import Pipeline
@testable import Stages
import Synchronization
import Testing

struct SmokeTestRunTests {
    /// Answers in order; the last one for ever.
    private final class Answers: HTTPExchanging {
        private let state: Mutex<(left: [Result<HTTPResponse, TransportError>], asked: [HTTPRequest])>

        init(_ answers: [Result<HTTPResponse, TransportError>]) { state = Mutex((answers, [])) }

        var asked: [HTTPRequest] { state.withLock { $0.asked } }

        func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            try state.withLock { state in
                state.asked.append(request)
                return state.left.count > 1 ? state.left.removeFirst() : state.left[0]
            }.get()
        }
    }

    /// Time that passes only by waiting.
    private final class Clock: Sendable {
        private let seconds = Mutex<Double>(0)
        var pace: StagePace {
            StagePace(
                wait: { duration in self.seconds.withLock { $0 += Double(duration.components.seconds) } },
                now: { Date(timeIntervalSince1970: self.seconds.withLock { $0 }) }
            )
        }
        var passed: Double { seconds.withLock { $0 } }
    }

    private static func answer(_ status: Int, _ body: String = "") -> Result<HTTPResponse, TransportError> {
        .success(HTTPResponse(status: status, body: Array(body.utf8)))
    }

    private static let refused = Result<HTTPResponse, TransportError>.failure(
        TransportError(.connectionRefused, "nobody listens at 127.0.0.1:1", mayHaveBeenSent: false)
    )

    private func test(contains: String? = nil, within: Int = 60) -> SmokeTest {
        SmokeTest(name: "home", path: "/", expectStatus: 200, contains: contains, withinSeconds: within)
    }

    @Test func `a stack that takes a while to answer passes once it does`() async throws {
        let answers = Answers([Self.refused, Self.answer(503), Self.answer(200, "starting"), Self.answer(200, "hello")])
        let clock = Clock()
        let result = try await SmokeTestRun(transport: answers, pace: clock.pace)
            .run(test(contains: "hello"), endpoint: "http://127.0.0.1:1")
        #expect(result == SmokeTestResult(name: "home", url: "http://127.0.0.1:1/", status: 200, attempts: 4))
        #expect(clock.passed == 6)
        #expect(answers.asked.allSatisfy { $0.method == "GET" && !$0.headers.contains { $0.name == "Authorization" } })
    }

    @Test(arguments: [
        (answer(500), "status 500, expected 200"), (answer(200, "other"), "\"hello\" is not in its 5 bytes"),
        (refused, "nobody listens"),
    ])
    func `what the last request brought is in the failure`(
        answer: Result<HTTPResponse, TransportError>,
        reason: String
    ) async throws {
        let answers = Answers([answer])
        let clock = Clock()
        let run = SmokeTestRun(transport: answers, pace: clock.pace)
        let failure = await #expect(throws: TaskFailure.self) {
            try await run.run(test(contains: "hello", within: 10), endpoint: "http://127.0.0.1:1")
        }
        #expect(failure?.error == "PostProvision.SmokeTestFailed")
        #expect(failure?.message.contains(reason) == true)
        #expect(answers.asked.count == 5, "at 0, 2, 4, 6 and 8 s, and not past the end")
    }

    @Test func `what cannot become right is not tried again`() async throws {
        let answers = Answers([.failure(TransportError(.invalidRequest, "no such scheme", mayHaveBeenSent: false))])
        await #expect(throws: TaskFailure.self) {
            try await SmokeTestRun(transport: answers, pace: Clock().pace).run(test(), endpoint: "http://127.0.0.1:1")
        }
        #expect(answers.asked.count == 1)
    }

    @Test(arguments: [
        ("http://x", "/", "http://x/"), ("http://x/", "/a?b=c", "http://x/a?b=c"), ("http://x//", "a", "http://x/a"),
        ("http://x/base/", "/a b", "http://x/base/a%20b"), ("http://x", "/ü\"", "http://x/%C3%BC%22"),
        ("http://x", "/%20", "http://x/%20"),
    ])
    func `endpoint and path are joined with one slash`(endpoint: String, path: String, url: String) {
        #expect(SmokeTestRun.url(endpoint: endpoint, path: path) == url)
    }
}
