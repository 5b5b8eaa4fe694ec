import CurlTransport
import FoundationEssentials
import Logging
import Synchronization

@testable import AWSClient

/// What a client under test stands on: a transport with prepared answers, a clock that only moves when told, waits that do not
/// wait, credentials that can expire. The last answer is given again and again.
final class ClientStand: HTTPExchanging, CredentialProvider, Sendable {
    /// One prepared answer.
    enum Answer: Sendable {
        case response(HTTPResponse)
        case failure(TransportError)

        static func json(_ text: String, status: Int = 200, _ headers: [HTTPField] = []) -> Answer {
            let headers = headers + [HTTPField("x-amzn-RequestId", "r-1")]
            return .response(HTTPResponse(status: status, headers: headers, body: Array(text.utf8)))
        }

        static func error(_ code: String, status: Int = 400, _ headers: [HTTPField] = []) -> Answer {
            .json(#"{"__type":"com.amazonaws.x#\#(code)","message":"because"}"#, status: status, headers)
        }

        static func lost(_ code: TransportError.Code, mayHaveBeenSent: Bool = true) -> Answer {
            .failure(TransportError(code, "prepared", mayHaveBeenSent: mayHaveBeenSent))
        }
    }

    private struct State {
        var answers: [Answer]
        var requests: [HTTPRequest] = []
        var now = Date(timeIntervalSince1970: 1_800_000_000)
        var waits: [Duration] = []
        var credentials: [Credentials]
        var invalidated: [Credentials] = []
    }

    private let state: Mutex<State>
    private let random: Double
    /// How far the clock moves during an exchange.
    private let latency: Double

    init(_ answers: [Answer], random: Double = 0.5, latency: Double = 0.1, credentials: [Credentials] = [.test("1")]) {
        state = Mutex(State(answers: answers, credentials: credentials))
        self.random = random
        self.latency = latency
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }
    var waits: [Duration] { state.withLock { $0.waits } }
    var invalidated: [Credentials] { state.withLock { $0.invalidated } }
    var now: Date { state.withLock { $0.now } }

    /// Replaces the prepared answers.
    func answer(_ answers: [Answer]) { state.withLock { $0.answers = answers } }

    /// Forgets requests and waits.
    func forget() { state.withLock { ($0.requests, $0.waits) = ([], []) } }

    func configuration(_ url: String = "https://service.test") -> AWSConfiguration {
        AWSConfiguration(
            transport: self,
            credentials: self,
            region: "eu-central-1",
            endpoints: EndpointResolver(everyService: url),
            userAgent: "builderd/test",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    var environment: RuntimeEnvironment {
        RuntimeEnvironment(
            now: { self.now },
            random: { self.random },
            sleep: { duration throws(CancellationError) in
                if Task.isCancelled { throw CancellationError() }
                self.state.withLock { $0.waits.append(duration) }
            },
            invocationID: { "invocation" }
        )
    }

    func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let answer = state.withLock { state in
            state.requests.append(request)
            state.now += latency
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        }
        switch answer {
        case .response(let response): return response
        case .failure(let error): throw error
        }
    }

    func credentials() async throws(AWSError) -> Credentials { state.withLock { $0.credentials[0] } }

    func invalidate(_ credentials: Credentials) async {
        state.withLock { state in
            state.invalidated.append(credentials)
            if state.credentials.count > 1 { state.credentials.removeFirst() }
        }
    }
}

extension Credentials {
    /// Credentials with this suffix.
    static func test(_ suffix: String) -> Credentials {
        Credentials(
            accessKeyID: "AKID\(suffix)",
            secretAccessKey: "secret\(suffix)",
            sessionToken: "token\(suffix)",
            source: "test"
        )
    }
}

extension ClientStand {
    /// A Step Functions client on this stand.
    var stepFunctions: StepFunctionsClient { StepFunctionsClient(configuration(), environment: environment) }
}

/// Runs `body` and gives back the `AWSError` that it throws.
func awsError(_ body: () async throws(AWSError) -> Void) async -> AWSError? {
    do {
        try await body()
        return nil
    } catch {
        return error
    }
}
