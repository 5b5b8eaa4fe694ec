import Synchronization
import Testing

@testable import AWSClient

/// A source that answers when the test says so, with what the test says.
final class GatedSource: CredentialSource {
    typealias Answer = Result<CredentialAnswer, CredentialProblem>

    private struct State {
        var fetches = 0
        var cancelledFetches = 0
        var pending: [CheckedContinuation<Answer, Never>] = []
    }

    private let state = Mutex(State())

    /// How often it was asked.
    var fetches: Int { state.withLock { $0.fetches } }
    /// How many of those found their task cancelled when they were answered.
    var cancelledFetches: Int { state.withLock { $0.cancelledFetches } }

    func fetch() async throws(CredentialProblem) -> CredentialAnswer {
        let answer: Answer = await withCheckedContinuation { continuation in
            state.withLock {
                $0.fetches += 1
                $0.pending.append(continuation)
            }
        }
        if Task.isCancelled { state.withLock { $0.cancelledFetches += 1 } }
        return try answer.get()
    }

    /// Returns once it is being asked, or after 30 s.
    func waitUntilAsked() async {
        let deadline = ContinuousClock.now + .seconds(30)
        while state.withLock({ $0.pending.isEmpty }), ContinuousClock.now < deadline { await Task.yield() }
    }

    /// Answers the one who asks, waiting for them if need be.
    func answer(_ answer: Answer) async {
        await waitUntilAsked()
        guard let asking = state.withLock({ $0.pending.isEmpty ? nil : $0.pending.removeFirst() }) else {
            Issue.record("nobody asked for credentials within 30 s")
            return
        }
        asking.resume(returning: answer)
    }
}
