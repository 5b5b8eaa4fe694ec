import CurlTransport
import FoundationEssentials
import Logging
import Synchronization

/// Sends one service's calls: endpoint, credentials, signature, retries, clock correction, errors.
///
/// One per client; a client's copies share it. State is the retry budget, the clock correction and the signing key.
final class ServiceRuntime: Sendable {
    /// What the client was made from.
    let configuration: AWSConfiguration
    /// The service that is called.
    let service: AWSService
    /// Time and chance.
    let environment: RuntimeEnvironment
    private let state = Mutex(State())

    private struct State {
        var budget = RetryBudget()
        var clock = ClockCorrection()
        var target: Target?
    }

    /// Where requests go and who signs them, once known.
    struct Target: Sendable {
        /// The endpoint as it was resolved.
        let endpoint: ResolvedEndpoint
        /// Its URL taken apart.
        let url: EndpointParts
        /// Signs for its region and service.
        let signer: RequestSigner
    }

    /// A runtime for `service`.
    init(_ configuration: AWSConfiguration, service: AWSService, environment: RuntimeEnvironment) {
        self.configuration = configuration
        self.service = service
        self.environment = environment
    }

    /// The service's endpoint. A failure is not remembered.
    func endpoint(for operation: String) throws(AWSError) -> ResolvedEndpoint { try target().endpoint }

    /// Calls, and reads the answer with `read`, by the retry rules.
    ///
    /// - Parameter read: takes the result out of an answer with status 2xx; what it throws is a malformed answer, and
    ///   is retried like a truncated one.
    /// - Throws: the last attempt's error; its `mayHaveActed` speaks for all attempts.
    func send<Answer: Sendable>(
        _ call: ServiceCall,
        _ read: (HTTPResponse) throws(AnswerProblem) -> Answer
    ) async throws(AWSError) -> Answer {
        let target = try target()
        var progress = CallProgress(call: call, runtime: self, invocationID: environment.invocationID())
        while true {
            let attempt = try await progress.begin(target)
            let failure: CallFailure
            do {
                let response = try await configuration.transport.exchange(attempt.request)
                observeClock(response, call, sent: attempt.sent)
                if (200..<300).contains(response.status) {
                    do {
                        let answer = try read(response)
                        state.withLock { $0.budget.succeeded(lastCost: progress.lastCost) }
                        return answer
                    } catch {
                        failure = .malformed(error, response)
                    }
                } else {
                    failure = .refused(response)
                }
            } catch {
                failure = .transport(error)
            }
            try await progress.recover(from: failure, of: attempt)
        }
    }

    /// An error of this service's operation.
    func error(
        _ operation: String,
        code: AWSError.Code,
        kind: AWSError.Kind,
        _ message: String,
        attempts: Int,
        underlying: (any Error)? = nil
    ) -> AWSError {
        AWSError(
            code: code,
            kind: kind,
            message: message,
            operation: "\(service.endpointPrefix).\(operation)",
            attempts: attempts,
            underlying: underlying
        )
    }

    /// The clock correction in force, in seconds.
    var clockOffset: Double { state.withLock { $0.clock.offset } }

    /// Whether the service's clock has turned out significantly other than a request signed with `used` took it for.
    func clockDiffers(from used: Double) -> Bool { state.withLock { $0.clock.differs(from: used) } }

    /// Takes a retry's cost from the budget, if it has so much.
    func takeFromBudget(_ cost: Int) -> Bool { state.withLock { $0.budget.take(cost) } }

    private func target() throws(AWSError) -> Target {
        if let known = state.withLock({ $0.target }) { return known }
        let endpoint = try configuration.endpoints.resolve(service: service, region: configuration.region)
        let target = Target(
            endpoint: endpoint,
            url: EndpointParts(endpoint.url),
            signer: RequestSigner(region: endpoint.signingRegion, service: endpoint.signingService)
        )
        state.withLock { $0.target = target }
        return target
    }

    /// Learns the service's time from `Date`, but not through a cache (`Age`), and not from an answer that the service may
    /// have held back for a minute: of those only a refusal that came at once counts, so that a worker whose first call is
    /// a poll can correct its clock at all.
    private func observeClock(_ response: HTTPResponse, _ call: ServiceCall, sent: Date) {
        let received = environment.now()
        if call.isHeld {
            guard !(200..<300).contains(response.status), received.timeIntervalSince(sent) < 5 else { return }
        }
        guard let date = response.header("Date").flatMap(HTTPDate.date), response.header("Age") == nil else { return }
        state.withLock { $0.clock.observe(date, sent: sent, received: received) }
    }
}
