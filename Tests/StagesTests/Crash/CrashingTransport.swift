import AWSClient
import CurlTransport

/// Lets the process die after the service has done what it was asked and before the answer arrives.
struct CrashingTransport: HTTPExchanging {
    let service: any HTTPExchanging
    let point: CrashPoint

    func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        // What a dead process's code makes of it does not matter: its steps are not recorded.
        let dead = TransportError(.cancelled, "the process is dead", mayHaveBeenSent: true)
        if point.isDead { throw dead }
        let response = try await service.exchange(request)
        do {
            try point.pass("\(request.method) \(request.url)")
        } catch {
            throw dead
        }
        return response
    }
}

extension AWSConfiguration {
    /// The same services, whose callers die at `point`.
    func crashing(at point: CrashPoint) -> AWSConfiguration {
        AWSConfiguration(
            transport: CrashingTransport(service: transport, point: point),
            credentials: credentials,
            region: region,
            endpoints: endpoints,
            userAgent: userAgent,
            logger: logger
        )
    }
}
