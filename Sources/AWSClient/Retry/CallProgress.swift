import CurlTransport
import FoundationEssentials
import Logging

/// One call's way through its attempts: builds and signs each one, and decides after a failure whether there is another.
struct CallProgress: ~Copyable {
    /// One attempt on its way.
    struct Attempt: Sendable {
        /// What is sent.
        let request: HTTPRequest
        /// When, by the host's clock.
        let sent: Date
        /// The clock correction that it was signed with, in seconds.
        let clockOffset: Double
        /// Whom it was signed as; `nil` for an unsigned call.
        let credentials: Credentials?
    }

    private let call: ServiceCall
    private let runtime: ServiceRuntime
    private let invocationID: String
    private var attempts = 0
    private var mayHaveActed = false
    private var expired: (credentials: Credentials, error: AWSError)?

    /// What the last retry took from the budget; `nil` before the first retry.
    private(set) var lastCost: Int?

    /// A call that has not been tried yet.
    init(call: ServiceCall, runtime: ServiceRuntime, invocationID: String) {
        self.call = call
        self.runtime = runtime
        self.invocationID = invocationID
    }

    /// The next attempt, signed with the credentials and the date of now.
    mutating func begin(_ target: ServiceRuntime.Target) async throws(AWSError) -> Attempt {
        if Task.isCancelled { throw cancelled() }
        let credentials = call.isSigned ? try await signingCredentials() : nil
        attempts += 1
        let offset = runtime.clockOffset
        let sent = runtime.environment.now()
        let authority = call.hostPrefix + target.url.authority
        let path = target.url.basePath + call.path
        var headers = call.headers
        headers.append(HTTPField("User-Agent", runtime.configuration.userAgent))
        headers.append(HTTPField("amz-sdk-invocation-id", invocationID))
        let maximum = call.isRetried ? RetryRules.maximumAttempts : 1
        headers.append(HTTPField("amz-sdk-request", "attempt=\(attempts); max=\(max(maximum, attempts))"))
        if let credentials {
            let signable = SignableRequest(
                method: call.method,
                host: authority,
                path: path,
                query: call.query,
                headers: headers,
                body: call.body
            )
            headers =
                target.signer.signHeaders(
                    signable,
                    credentials: credentials,
                    date: sent.addingTimeInterval(offset)
                ).headers
        }
        let url = "\(target.url.scheme)://\(authority)\(path)" + (call.query.isEmpty ? "" : "?" + call.query)
        let request = HTTPRequest(method: call.method, url: url, headers: headers, body: call.body, limits: call.limits)
        return Attempt(request: request, sent: sent, clockOffset: offset, credentials: credentials)
    }

    /// Returns when there is to be another attempt, after the delay that is due; else throws the call's error.
    mutating func recover(from failure: CallFailure, of attempt: Attempt) async throws(AWSError) {
        switch failure {
        case .transport(let error):
            if error.code == .cancelled { throw cancelled(error) }
            mayHaveActed = mayHaveActed || error.mayHaveBeenSent
            let kind: AWSError.Kind = error.isTransient ? .transient : .rejected
            let failed = self.error(.transport, kind, error.description, underlying: error)
            try await retry(failed, error.isTransient ? .transient : .none)
        case .malformed(let problem, let response):
            mayHaveActed = true
            let answer = ServiceErrorAnswer(response)
            let message = "HTTP status \(response.status), but \(problem.message)"
            let failed = error(.malformedAnswer, .transient, message, response.status, answer.requestID)
            try await retry(failed, .transient)
        case .refused(let response):
            try await recover(fromRefusal: response, of: attempt)
        }
    }

    private mutating func recover(
        fromRefusal response: HTTPResponse,
        of attempt: borrowing Attempt
    ) async throws(AWSError) {
        let answer = ServiceErrorAnswer(response)
        let verdict = ErrorVerdict(code: answer.code, status: response.status, service: runtime.service)
        mayHaveActed = mayHaveActed || (response.status >= 500 && verdict.kind != .throttling)
        let code = AWSError.Code(rawValue: answer.code)
        let failed = error(code, verdict.kind, answer.message, response.status, answer.requestID)
        switch verdict.remedy {
        case .none, .transient, .throttling:
            try await retry(failed, verdict.remedy, retryAfter: response.header("x-amz-retry-after"))
        case .freshCredentials:
            guard let credentials = attempt.credentials, expired == nil else { throw failed }
            runtime.configuration.logger.info("\(failed.operation): credentials have expired, getting others")
            await runtime.configuration.credentials.invalidate(credentials)
            expired = (credentials, failed)
        case .correctedClock:
            guard runtime.clockDiffers(from: attempt.clockOffset) else { throw failed }
            let offset = Int(runtime.clockOffset)
            runtime.configuration.logger.warning("\(failed.operation): the host's clock is off by \(-offset) s")
            let message = answer.message + " (the host's clock is off by \(-offset) s; the next attempt allows for it)"
            try await retry(error(code, .transient, message, response.status, answer.requestID), .transient)
        }
    }

    /// Waits for the next attempt if the rules and the budget allow one; else throws `failed`.
    private mutating func retry(
        _ failed: AWSError,
        _ remedy: ErrorVerdict.Remedy,
        retryAfter: String? = nil
    ) async throws(AWSError) {
        guard remedy != .none, call.isRetried, attempts < RetryRules.maximumAttempts else { throw failed }
        let isThrottling = remedy == .throttling
        let cost = isThrottling ? RetryBudget.throttlingCost : RetryBudget.transientCost
        guard runtime.takeFromBudget(cost) else {
            runtime.configuration.logger.warning("\(failed.operation): the retry budget is used up")
            throw failed
        }
        lastCost = cost
        let delay = RetryRules.delay(
            after: attempts,
            isThrottling: isThrottling,
            random: runtime.environment.random(),
            retryAfter: retryAfter
        )
        runtime.configuration.logger.debug(
            "\(failed.operation): attempt \(attempts) failed with \(failed.code.rawValue), the next follows in \(delay)"
        )
        do { try await runtime.environment.sleep(delay) } catch { throw cancelled() }
    }

    /// Credentials to sign with; after the service called some expired, others or none.
    private func signingCredentials() async throws(AWSError) -> Credentials {
        let credentials = try await runtime.configuration.credentials.credentials()
        if let expired, expired.credentials == credentials { throw expired.error }
        return credentials
    }

    private func cancelled(_ underlying: (any Error)? = nil) -> AWSError {
        let transport = underlying as? TransportError
        return AWSError(
            code: .cancelled,
            kind: .cancelled,
            message: "the calling task was cancelled",
            operation: "\(runtime.service.endpointPrefix).\(call.operation)",
            mayHaveActed: mayHaveActed || transport?.mayHaveBeenSent == true,
            attempts: attempts,
            underlying: underlying
        )
    }

    private func error(
        _ code: AWSError.Code,
        _ kind: AWSError.Kind,
        _ message: String,
        _ status: Int? = nil,
        _ requestID: String? = nil,
        underlying: (any Error)? = nil
    ) -> AWSError {
        AWSError(
            code: code,
            kind: kind,
            message: message,
            operation: "\(runtime.service.endpointPrefix).\(call.operation)",
            status: status,
            requestID: requestID,
            mayHaveActed: mayHaveActed,
            attempts: attempts,
            underlying: underlying
        )
    }
}
