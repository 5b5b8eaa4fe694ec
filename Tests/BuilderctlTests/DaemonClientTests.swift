import CurlTransport
import Testing

@testable import builderctl

@Suite struct DaemonClientTests {
    private func problem(_ status: Int, _ body: String) -> ClientProblem {
        DaemonClient.problem(HTTPResponse(status: status, body: Array(body.utf8)), "GET", "/status")
    }

    @Test func `the control socket's own words are passed on`() {
        let found = problem(409, #"{"error": "task t is over", "next": "look at its execution"}"#)
        #expect(found == ClientProblem(status: .failed, message: "task t is over", next: "look at its execution"))
        #expect(problem(403, #"{"error": "no", "next": "sudo"}"#).status == .notPermitted)
    }

    @Test func `a busy socket says so, and its words are not lost`() {
        let found = problem(503, "too many\n connections\n")
        #expect(found.message == "builderd answered 503 to GET /status: too many connections")
        #expect(found.next.contains("try again") && !found.next.contains("version"), "\(found.next)")
    }

    @Test func `only an answer that knows no such request is taken for another version`() {
        #expect(problem(404, "").next.contains("builderctl --version"))
        #expect(!problem(500, "").next.contains("builderctl --version"))
    }
}
