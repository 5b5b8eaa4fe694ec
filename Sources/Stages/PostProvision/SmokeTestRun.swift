import AWSClient
import ActivityWorker
import CurlTransport
import FoundationEssentials
import Pipeline

/// Asks the new stack over HTTP until it answers as it should, or its time is up.
struct SmokeTestRun: Sendable {
    let transport: any HTTPExchanging
    let pace: StagePace

    /// Pause between two requests.
    static let pauseSeconds = 2.0
    /// Largest answer that is looked through for `contains`.
    static let mostBodyBytes = 4 * 1024 * 1024
    /// Longest that one request may take.
    static let longestRequestSeconds = 10.0

    /// Runs one test.
    ///
    /// - Throws: `TaskFailure` `PostProvision.SmokeTestFailed` with what the last request brought.
    func run(_ test: SmokeTest, endpoint: String) async throws -> SmokeTestResult {
        let url = Self.url(endpoint: endpoint, path: test.path)
        let end = pace.now().addingTimeInterval(Double(test.withinSeconds))
        var attempts = 0
        var last = "it was not asked"
        repeat {
            if attempts > 0 { try await pace.wait(.seconds(Self.pauseSeconds)) }
            attempts += 1
            do {
                let response = try await transport.exchange(Self.request(url, left: end.timeIntervalSince(pace.now())))
                guard let problem = Self.problem(response, test) else {
                    return SmokeTestResult(name: test.name, url: url, status: response.status, attempts: attempts)
                }
                last = problem
            } catch {
                if error.code == .cancelled { throw CancellationError() }
                last = "\(error)"
                // An answer of that size, or an address that cannot be asked, does not become right with time.
                if !error.isTransient { break }
            }
        } while pace.now().addingTimeInterval(Self.pauseSeconds) < end
        throw TaskFailure(
            .postProvisionSmokeTestFailed,
            message: "The smoke test \"\(test.name)\" did not pass within \(test.withinSeconds) s "
                + "(\(attempts) request\(attempts == 1 ? "" : "s")): \(url): \(last).",
            next:
                "Look at what answers there, and at its logs. Terraform's stack stands until the state machine rolls it back.",
            step: "smoke-test"
        )
    }

    /// Plain HTTP: the endpoint is the application's, so nothing is signed and no credential is sent.
    private static func request(_ url: String, left seconds: Double) -> HTTPRequest {
        HTTPRequest(
            method: "GET",
            url: url,
            headers: [HTTPField("Accept", "*/*"), HTTPField("User-Agent", "builderd smoke test")],
            limits: ExchangeLimits(
                whole: .seconds(max(1, min(seconds, longestRequestSeconds))),
                bodyBytes: mostBodyBytes
            )
        )
    }

    /// What is wrong with the answer, or `nil`.
    static func problem(_ response: HTTPResponse, _ test: SmokeTest) -> String? {
        guard response.status == test.expectStatus else {
            return "status \(response.status), expected \(test.expectStatus)"
        }
        guard let text = test.contains, !text.isEmpty else { return nil }
        let isThere = String(decoding: response.body, as: UTF8.self).contains(text)
        return isThere ? nil : "status \(response.status), but \"\(text)\" is not in its \(response.body.count) bytes"
    }

    /// The endpoint and the path with one slash between them. What does not belong into a URL is percent-encoded.
    static func url(endpoint: String, path: String) -> String {
        var base = endpoint
        while base.hasSuffix("/") { base.removeLast() }
        let rest = path.hasPrefix("/") ? path : "/" + path
        let encoded = rest.utf8.map { byte in
            byte > 0x20 && byte < 0x7F && !"\"<>\\^`{|}".utf8.contains(byte)
                ? String(UnicodeScalar(byte))
                : "%" + String(byte >> 4, radix: 16, uppercase: true)
                    + String(byte & 0xF, radix: 16, uppercase: true)
        }
        return base + encoded.joined()
    }
}
