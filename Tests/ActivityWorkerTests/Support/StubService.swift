import ActivityWorker

/// A service that hands out what a test schedules and answers as it is told; everything it is asked is recorded in order.
final class StubService: ActivityService {
    enum Call: Sendable, Hashable {
        case poll
        case heartbeat(String)
        case success(String, output: String)
        case failure(String, error: String, cause: String)
        /// Not a call: noted by the journal or the stage, to test order.
        case note(String)

        var isReport: Bool {
            switch self {
            case .success, .failure: true
            default: false
            }
        }
    }

    struct State: Sendable {
        var calls: [Call] = []
        var waiting: [PolledTask] = []
        var openPolls = 0
        var mostOpenPolls = 0
        var releasedPolls = 0
        /// Errors for the next calls of each kind; then they succeed.
        var pollErrors: [ActivityServiceError] = []
        var heartbeatErrors: [ActivityServiceError] = []
        var reportErrors: [ActivityServiceError] = []
        /// Every heartbeat or report fails with this while it is set.
        var heartbeatOutage: ActivityServiceError?
        var reportOutage: ActivityServiceError?
        var reports: [Call] { calls.filter(\.isReport) }
        func beats(_ token: String) -> Int { calls.filter { $0 == .heartbeat(token) }.count }
    }

    let state = Watched(State())

    func schedule(_ token: String, _ input: String) {
        state.update { $0.waiting.append(PolledTask(token: TaskToken(token), input: input)) }
    }

    /// Answers one open poll without a task.
    func releasePoll() { state.update { $0.releasedPolls += 1 } }

    func note(_ text: String) { state.update { $0.calls.append(.note(text)) } }

    func poll(activity: String, workerName: String) async throws(ActivityServiceError) -> PolledTask? {
        let error: ActivityServiceError? = state.update { state in
            state.calls.append(.poll)
            state.openPolls += 1
            state.mostOpenPolls = max(state.mostOpenPolls, state.openPolls)
            return state.pollErrors.isEmpty ? nil : state.pollErrors.removeFirst()
        }
        defer { state.update { $0.openPolls -= 1 } }
        if let error { throw error }
        while true {
            await state.wait { !$0.waiting.isEmpty || $0.releasedPolls > 0 }
            let (isOver, task): (Bool, PolledTask?) = state.update { state in
                if !state.waiting.isEmpty { return (true, state.waiting.removeFirst()) }
                guard state.releasedPolls > 0 else { return (false, nil) }
                state.releasedPolls -= 1
                return (true, nil)
            }
            if Task.isCancelled { note("poll was cancelled") }
            if isOver { return task }
        }
    }

    func heartbeat(token: TaskToken) async throws(ActivityServiceError) {
        let error: ActivityServiceError? = state.update { state in
            state.calls.append(.heartbeat(token.secretValue))
            return state.heartbeatOutage ?? (state.heartbeatErrors.isEmpty ? nil : state.heartbeatErrors.removeFirst())
        }
        if let error { throw error }
    }

    func succeed(token: TaskToken, output: String) async throws(ActivityServiceError) {
        try report(.success(token.secretValue, output: output))
    }

    func fail(token: TaskToken, error: String, cause: String) async throws(ActivityServiceError) {
        try report(.failure(token.secretValue, error: error, cause: cause))
    }

    private func report(_ call: Call) throws(ActivityServiceError) {
        let error: ActivityServiceError? = state.update { state in
            state.calls.append(call)
            return state.reportOutage ?? (state.reportErrors.isEmpty ? nil : state.reportErrors.removeFirst())
        }
        if let error { throw error }
    }
}

extension ActivityServiceError {
    static func of(_ kind: Kind, _ code: String = "Code", acted: Bool = false) -> ActivityServiceError {
        ActivityServiceError(kind: kind, code: code, message: "scripted", mayHaveActed: acted)
    }
}
