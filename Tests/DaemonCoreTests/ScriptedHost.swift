import AWSClient
import CurlTransport
import FoundationEssentials
import Logging
import Synchronization

@testable import DaemonCore

/// An instance with metadata, and an Auto Scaling that answers as it is told.
final class ScriptedHost: HTTPExchanging {
    /// What Auto Scaling does with a call.
    enum Answer: Sendable {
        case taken, nothingHeld, denied, unavailable, throttled
        /// No answer, until the caller gives up.
        case silence
    }

    private struct State {
        var calls: [String] = []
        var lines: [String] = []
    }

    private let state = Mutex(State())
    private let answer: @Sendable (_ action: String, _ earlier: Int) -> Answer

    /// A host; `answer` is asked with each call's action and the number of earlier calls of it.
    init(_ answer: @escaping @Sendable (_ action: String, _ earlier: Int) -> Answer = { _, _ in .taken }) {
        self.answer = answer
    }

    /// Forms that Auto Scaling got, in order.
    var calls: [String] { state.withLock { $0.calls } }
    /// Forms with this action.
    func calls(_ action: String) -> [String] { calls.filter { $0.contains("Action=\(action)&") } }
    /// What was logged, `level: message`.
    var lines: [String] { state.withLock { $0.lines } }

    /// Logs to `lines`.
    var logger: Logger {
        Logger(label: "test") { _ in
            LineHandler { line in self.state.withLock { $0.lines.append(line) } }
        }
    }

    /// This instance's end, held at the hook `drain` of the group `builders`.
    func termination(pause: @escaping HeldTermination.Pause = { _ in await Task.yield() }) -> HeldTermination {
        HeldTermination(
            DaemonConfiguration.TerminationHook(group: "builders", name: "drain", heartbeat: .seconds(60)),
            client: AutoScalingClient(configuration),
            notices: notices,
            logger: logger,
            pause: pause
        )
    }

    /// Reads this host's metadata.
    var notices: InstanceNotices {
        InstanceNotices(metadata: InstanceMetadata(transport: self, environment: AWSEnvironment(variables: [:])))
    }

    /// Configures clients of this host's Auto Scaling.
    var configuration: AWSConfiguration {
        AWSConfiguration(
            transport: self,
            credentials: StaticCredentials(Credentials(accessKeyID: "A", secretAccessKey: "S", source: "test")),
            region: "eu-central-1",
            endpoints: EndpointResolver(everyService: "http://127.0.0.1:9"),
            userAgent: "test",
            logger: logger
        )
    }

    func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        if request.method == "PUT" { return HTTPResponse(status: 200, body: Array("TOKEN".utf8)) }
        if request.method == "GET" {
            let isID = request.url.hasSuffix("/latest/meta-data/instance-id")
            return isID ? HTTPResponse(status: 200, body: Array("i-42".utf8)) : HTTPResponse(status: 404)
        }
        let form = String(decoding: request.body, as: UTF8.self)
        let action = form.split(separator: "&").first?.split(separator: "=").last.map(String.init) ?? ""
        let earlier = calls(action).count
        state.withLock { $0.calls.append(form) }
        switch answer(action, earlier) {
        case .taken:
            let text = "<\(action)Response><\(action)Result/></\(action)Response>"
            return HTTPResponse(status: 200, body: Array(text.utf8))
        case .nothingHeld:
            return error(400, "ValidationError", "No active Lifecycle Action found with instance ID i-42")
        case .denied: return error(403, "AccessDenied", "not authorized")
        case .throttled: return error(400, "Throttling", "Rate exceeded")
        case .unavailable: return error(503, "ServiceUnavailable", "later")
        case .silence:
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
            throw TransportError(.cancelled, "scripted", mayHaveBeenSent: true)
        }
    }

    private func error(_ status: Int, _ code: String, _ message: String) -> HTTPResponse {
        let text = "<ErrorResponse><Error><Code>\(code)</Code><Message>\(message)</Message></Error></ErrorResponse>"
        return HTTPResponse(status: status, body: Array(text.utf8))
    }
}

/// Hands each line on.
private struct LineHandler: LogHandler {
    let write: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { write("\(event.level): \(event.message)") }
}

extension ScriptedHost {
    /// Returns when a line with `text` was logged; the suite's time limit ends a wait in vain.
    func logged(_ text: String) async {
        while !lines.contains(where: { $0.contains(text) }) { await Task.yield() }
    }
}
