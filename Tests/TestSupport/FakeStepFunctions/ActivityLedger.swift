import FoundationEssentials

/// The service's own rules: tasks, tokens, heartbeats and limits. Pure; told the time.
struct ActivityLedger: Sendable {
    /// What a call is answered with.
    enum Answer: Sendable {
        case ok([String: String])
        case error(String, String)
    }

    /// The members of every request.
    struct Body: Decodable {
        var activityArn: String?
        var workerName: String?
        var taskToken: String?
        var output: String?
        var error: String?
        var cause: String?
    }

    private(set) var tasks: [ServerRecord.Task] = []
    private(set) var violations: [String] = []
    private let activities: Set<String>?
    private let deadTokenError: String

    init(activities: Set<String>?, deadTokenError: String) {
        self.activities = activities
        self.deadTokenError = deadTokenError
    }

    mutating func schedule(_ task: ServerRecord.Task) { tasks.append(task) }

    /// What is wrong with a poll, if anything.
    mutating func pollError(_ body: Body) -> Answer? {
        guard let activity = body.activityArn, activity.contains(":activity:") else {
            return .error("InvalidArn", "Invalid Arn: \(body.activityArn ?? "null")")
        }
        if let name = body.workerName, !(1...80).contains(name.count) || name.contains(where: \.isWhitespace) {
            violations.append("workerName “\(name)”")
            return .error("ValidationException", "workerName")
        }
        if let activities, !activities.contains(activity) {
            return .error("ActivityDoesNotExist", "Activity Does Not Exist: '\(activity)'")
        }
        return nil
    }

    /// Hands out the oldest waiting task of `activity`, once.
    mutating func handOut(activity: String, now: ContinuousClock.Instant, receivable: Bool) -> Answer? {
        expire(now)
        let waiting = tasks.firstIndex { $0.activity == activity && $0.handedOut == nil && $0.ending == nil }
        guard let index = waiting else { return nil }
        tasks[index].handedOut = now
        tasks[index].isReceivable = receivable
        return .ok(["taskToken": tasks[index].token, "input": tasks[index].input])
    }

    /// A handed-out answer could not be put on the wire after all.
    mutating func notReceivable(_ token: String) {
        if let index = tasks.firstIndex(where: { $0.token == token }) { tasks[index].isReceivable = false }
    }

    mutating func heartbeat(_ body: Body, now: ContinuousClock.Instant) -> Answer {
        switch find(body, now) {
        case .failure(let error): return error.answer
        case .success(let index):
            if tasks[index].ending != nil { return dead(index) }
            tasks[index].heartbeats.append(now)
            return .ok([:])
        }
    }

    mutating func report(_ ending: ServerRecord.Ending, _ body: Body, now: ContinuousClock.Instant) -> Answer {
        if let answer = limitError(ending) { return answer }
        switch find(body, now) {
        case .failure(let error): return error.answer
        case .success(let index):
            if tasks[index].ending != nil {
                tasks[index].lateReports.append(ending)
                return dead(index)
            }
            tasks[index].ending = ending
            return .ok([:])
        }
    }

    mutating func stop(_ token: String) {
        if let index = tasks.firstIndex(where: { $0.token == token && $0.ending == nil }) {
            tasks[index].ending = .stopped
        }
    }

    /// Ends what has run out of time.
    mutating func expire(_ now: ContinuousClock.Instant) {
        for index in tasks.indices where tasks[index].ending == nil {
            let task = tasks[index]
            if let timeout = task.timeout, now - task.scheduled >= timeout {
                tasks[index].ending = .timedOut
            } else if let heartbeat = task.heartbeat, let last = task.heartbeats.last ?? task.handedOut,
                now - last >= heartbeat
            {
                tasks[index].ending = .heartbeatTimeout
            }
        }
    }

    private mutating func limitError(_ ending: ServerRecord.Ending) -> Answer? {
        switch ending {
        case .succeeded(let output):
            let isJSON = (try? JSONDecoder().decode(AnyJSON.self, from: Data(output.utf8))) != nil
            guard isJSON, output.utf8.count <= 262_144 else {
                violations.append("output of \(output.utf8.count) bytes, JSON: \(isJSON)")
                return .error("InvalidOutput", "Invalid Output")
            }
        case .failed(let error, let cause):
            guard error.utf8.count <= 256, cause.utf8.count <= 32_768 else {
                violations.append("error of \(error.utf8.count) and cause of \(cause.utf8.count) bytes")
                return .error("ValidationException", "error or cause is too long")
            }
        default: break
        }
        return nil
    }

    private struct Refusal: Error { var answer: Answer }

    private mutating func find(_ body: Body, _ now: ContinuousClock.Instant) -> Result<Int, Refusal> {
        expire(now)
        guard let index = tasks.firstIndex(where: { $0.token == body.taskToken && $0.handedOut != nil }) else {
            return .failure(Refusal(answer: .error("InvalidToken", "Invalid Token: '\(body.taskToken ?? "null")'")))
        }
        return .success(index)
    }

    private func dead(_ index: Int) -> Answer {
        switch tasks[index].ending {
        case .heartbeatTimeout, .timedOut: .error("TaskTimedOut", "Task Timed Out: '\(tasks[index].token)'")
        default: .error(deadTokenError, "Task does not exist: '\(tasks[index].token)'")
        }
    }
}

/// Any JSON value, only to see whether it is one.
private struct AnyJSON: Decodable {
    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Key.self) {
            for key in container.allKeys { _ = try container.decode(AnyJSON.self, forKey: key) }
        } else if var container = try? decoder.unkeyedContainer() {
            while !container.isAtEnd { _ = try container.decode(AnyJSON.self) }
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() || (try? container.decode(Bool.self)) != nil
                || (try? container.decode(Double.self)) != nil
            {
                return
            }
            _ = try container.decode(String.self)
        }
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
