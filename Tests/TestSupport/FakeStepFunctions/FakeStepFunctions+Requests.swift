import FoundationEssentials
import NIOCore
import Synchronization

/// What the server does with connections and requests.
extension FakeStepFunctions {
    func connected() { state.withLock { $0.record.connections += 1 } }

    func disconnected(_ client: FakeClient) {
        // A poll whose client has gone takes no task: it would be lost.
        state.withLock { state in state.polls.removeAll { $0.client.key == client.key } }
        changed()
    }

    func receive(_ request: ReceivedRequest, from client: FakeClient) {
        let now = options.now()
        let problem = check.problem(request, now: Date.now.timeIntervalSince1970)
        let target = request.header("x-amz-target") ?? ""
        guard request.method == "POST", target.hasPrefix("AWSStepFunctions."),
            let operation = ServiceOperation(rawValue: String(target.dropFirst("AWSStepFunctions.".count))),
            request.header("content-type") == "application/x-amz-json-1.0",
            let body = try? JSONDecoder().decode(ActivityLedger.Body.self, from: Data(request.body))
        else {
            violation("not a call of AWS JSON 1.0: \(request.method) \(target)")
            deliver(.error("UnknownOperationException", "unknown"), nil, to: client)
            return
        }
        if let problem {
            violation("\(operation.rawValue): \(problem)")
            deliver(.error("InvalidSignatureException", problem), nil, to: client)
            return
        }
        let call = ServerRecord.Call(
            operation: operation,
            activity: body.activityArn,
            workerName: body.workerName,
            token: body.taskToken,
            at: now
        )
        let (fault, index) = begin(call)
        guard fault?.acts ?? true else {
            deliver(.ok([:]), fault, to: client)
            changed()
            return
        }
        if operation == .getActivityTask {
            poll(body, fault, from: client, at: now, call: index)
        } else {
            let answer = act(operation, body, now)
            note(answer, call: index)
            deliver(answer, fault, to: client)
        }
        changed()
    }

    private func begin(_ call: ServerRecord.Call) -> (ServerFault?, Int) {
        state.withLock { state in
            var call = call
            for index in state.rules.indices {
                let rule = state.rules[index]
                guard rule.operation == call.operation, rule.left > 0, rule.matches(call) else { continue }
                if rule.skip > 0 {
                    state.rules[index].skip -= 1
                    continue
                }
                state.rules[index].left -= 1
                call.fault = rule.fault
                break
            }
            state.record.calls.append(call)
            return (call.fault, state.record.calls.count - 1)
        }
    }

    private func act(_ operation: ServiceOperation, _ body: ActivityLedger.Body, _ now: ContinuousClock.Instant)
        -> ActivityLedger.Answer
    {
        state.withLock { state in
            switch operation {
            case .sendTaskHeartbeat: state.ledger.heartbeat(body, now: now)
            case .sendTaskSuccess: state.ledger.report(.succeeded(output: body.output ?? ""), body, now: now)
            case .sendTaskFailure:
                state.ledger.report(.failed(error: body.error ?? "", cause: body.cause ?? ""), body, now: now)
            case .describeActivity:
                state.ledger.pollError(body)
                    ?? .ok([
                        "activityArn": body.activityArn ?? "",
                        "name": String(body.activityArn?.split(separator: ":").last ?? ""),
                    ])
            case .getActivityTask: .ok([:])
            }
        }
    }

    private func poll(
        _ body: ActivityLedger.Body,
        _ fault: ServerFault?,
        from client: FakeClient,
        at now: ContinuousClock.Instant,
        call: Int
    ) {
        if let error = state.withLock({ $0.ledger.pollError(body) }) {
            note(error, call: call)
            deliver(error, fault, to: client)
            return
        }
        let number: Int = state.withLock { state in
            state.nextNumber += 1
            state.polls.append(
                OpenPoll(number: state.nextNumber, client: client, activity: body.activityArn ?? "", fault: fault)
            )
            return state.nextNumber
        }
        client.channel.eventLoop.scheduleTask(in: .init(options.hold)) { [weak self] in
            guard let self else { return }
            let poll: OpenPoll? = state.withLock { state in
                guard let index = state.polls.firstIndex(where: { $0.number == number }) else { return nil }
                return state.polls.remove(at: index)
            }
            if let poll { deliver(.ok(["taskToken": ""]), poll.fault, to: poll.client) }
            changed()
        }
        servePolls()
    }

    /// Gives waiting tasks to open polls, oldest to oldest.
    func servePolls() {
        let now = options.now()
        let served: [(OpenPoll, ActivityLedger.Answer)] = state.withLock { state in
            var served: [(OpenPoll, ActivityLedger.Answer)] = []
            state.polls.removeAll { poll in
                let receivable = (poll.fault?.delivery ?? .whole) == .whole
                guard let answer = state.ledger.handOut(activity: poll.activity, now: now, receivable: receivable)
                else { return false }
                served.append((poll, answer))
                return true
            }
            return served
        }
        for (poll, answer) in served { deliver(answer, poll.fault, to: poll.client) }
    }

    private func deliver(_ answer: ActivityLedger.Answer, _ fault: ServerFault?, to client: FakeClient) {
        let date = HTTPDateText.now()
        let json = "application/x-amz-json-1.0"
        let (status, body): (Int, String) =
            switch answer {
            case .ok(let members): (200, Self.json(members))
            case .error(let code, let message):
                (400, Self.json(["__type": "com.amazonaws.swf.service.v2.model#\(code)", "message": message]))
            }
        switch fault?.delivery ?? .whole {
        case .whole: client.send(status: status, contentType: json, date: date, body: body)
        case .truncated: client.send(status: status, contentType: json, date: date, body: body, truncated: true)
        case .close: client.close()
        case .reset: client.reset()
        case .stall: break
        case .replaced(let status, let type, let body):
            client.send(status: status, contentType: type, date: date, body: body, isServices: body.contains("__type"))
        }
    }

    private func note(_ answer: ActivityLedger.Answer, call: Int) {
        guard case .error(let code, _) = answer else { return }
        state.withLock { $0.record.calls[call].error = code }
    }

    private func violation(_ text: String) {
        state.withLock { $0.record.violations.append(text) }
        changed()
    }

    private static func json(_ members: [String: String]) -> String {
        guard let data = try? JSONEncoder().encode(members) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
