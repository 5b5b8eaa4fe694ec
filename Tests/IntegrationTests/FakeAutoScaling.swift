import Dispatch
import Foundation
import Synchronization
import TestSupport

/// Auto Scaling on 127.0.0.1 for one test: takes or refuses lifecycle actions as it is told, and checks each request's signature.
final class FakeAutoScaling: Sendable {
    /// What a call is answered with.
    enum Answer: Sendable { case taken, nothingHeld, denied }

    /// One call as it was received.
    struct Call: Sendable {
        var action: String
        var form: [String: String]
        var at: ContinuousClock.Instant
    }

    private struct State {
        var calls: [Call] = []
        var violations: [String] = []
        var answer = Answer.taken
    }

    /// `http://127.0.0.1:<port>`.
    let url: String
    private let listener: LoopbackListener
    private let state = Mutex(State())

    init(_ answer: Answer = .taken) throws {
        let listener = try LoopbackListener()
        self.listener = listener
        url = listener.url
        state.withLock { $0.answer = answer }
        DispatchQueue(label: "fake-auto-scaling").async { [weak self, descriptor = listener.descriptor] in
            while case let connection = accept(descriptor, nil, nil), connection >= 0 {
                self?.answer(connection)
                close(connection)
            }
        }
    }

    /// Calls of `action` in order.
    func calls(_ action: String) -> [Call] { state.withLock { $0.calls }.filter { $0.action == action } }
    /// What was wrong with a request.
    var violations: [String] { state.withLock { $0.violations } }

    /// Waits for `count` calls of `action`.
    func wait(_ count: Int, _ action: String, within limit: Duration = .seconds(30)) async throws {
        let deadline = ContinuousClock.now + limit
        while calls(action).count < count {
            guard ContinuousClock.now < deadline else {
                throw BuilderdProcess.NeverAnswered(description: "\(calls(action).count) of \(count) \(action) came")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func answer(_ connection: Int32) {
        guard let request = read(connection) else { return }
        var form: [String: String] = [:]
        for pair in String(decoding: request.body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=").map { $0.removingPercentEncoding ?? "" }
            form[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        let action = form["Action"] ?? ""
        let check = SignatureCheck(
            accessKeyID: "AKIDFAKESTEPFUNCTIONS",
            secretAccessKey: "fake/secret+key",
            region: "eu-central-1",
            service: "autoscaling"
        )
        let problem = check.problem(request, now: Date.now.timeIntervalSince1970)
        let call = Call(action: action, form: form, at: .now)
        let answer = state.withLock { state in
            if let problem { state.violations.append("\(action): \(problem)") }
            state.calls.append(call)
            return state.answer
        }
        switch answer {
        case .taken: send("<\(action)Response><\(action)Result/></\(action)Response>", 200, to: connection)
        case .nothingHeld:
            send(error("ValidationError", "No active Lifecycle Action found with instance ID"), 400, to: connection)
        case .denied:
            send(error("AccessDenied", "not authorized to perform autoscaling:\(action)"), 403, to: connection)
        }
    }

    private func error(_ code: String, _ message: String) -> String {
        "<ErrorResponse><Error><Code>\(code)</Code><Message>\(message)</Message></Error></ErrorResponse>"
    }

    private func read(_ connection: Int32) -> ReceivedRequest? {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
            guard unsafe recv(connection, &byte, 1, 0) == 1 else { return nil }
            head.append(byte)
        }
        var lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n").map(String.init)
        let words = lines.removeFirst().split(separator: " ").map(String.init)
        let headers = lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            return (parts[0], parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
        }
        let length = headers.first { $0.0.lowercased() == "content-length" }.flatMap { Int($0.1) } ?? 0
        var body: [UInt8] = []
        while body.count < length, unsafe recv(connection, &byte, 1, 0) == 1 { body.append(byte) }
        return ReceivedRequest(method: words[0], target: words[1], headers: headers, body: body)
    }

    private func send(_ body: String, _ status: Int, to connection: Int32) {
        let text = """
            HTTP/1.1 \(status) Status\r\nContent-Type: text/xml\r\nContent-Length: \(body.utf8.count)\r\n\
            Connection: close\r\n\r\n\(body)
            """
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }
}
