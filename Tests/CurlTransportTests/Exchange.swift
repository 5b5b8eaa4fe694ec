import CurlTransport

/// Runs `body` with a transport that is shut down afterwards.
func withTransport<Result>(
    _ configuration: CurlTransport.Configuration = .init(),
    _ body: (CurlTransport) async throws -> Result
) async throws -> Result {
    let transport = try CurlTransport(configuration: configuration)
    do {
        let result = try await body(transport)
        await transport.shutdown()
        return result
    } catch {
        await transport.shutdown()
        throw error
    }
}

extension CurlTransport {
    /// The status of the answer; `nil` when there is none.
    func status(of request: HTTPRequest) async -> Int? { try? await exchange(request).status }

    /// The body of the answer as text; `nil` when there is none.
    func text(of request: HTTPRequest) async -> String? { try? await exchange(request).text }

    /// The error of an exchange that must fail; `nil` when it does not.
    func failure(of request: HTTPRequest) async -> TransportError? {
        do throws(TransportError) {
            _ = try await exchange(request)
            return nil
        } catch {
            return error
        }
    }
}

extension HTTPRequest {
    /// A `GET` whose limits suit a test.
    static func get(_ url: String, limits: ExchangeLimits = ExchangeLimits(whole: .seconds(10))) -> HTTPRequest {
        HTTPRequest(method: "GET", url: url, limits: limits)
    }

    /// A `POST` whose limits suit a test.
    static func post(
        _ url: String,
        _ body: String = "{}",
        limits: ExchangeLimits = ExchangeLimits(whole: .seconds(10))
    ) -> HTTPRequest {
        HTTPRequest(method: "POST", url: url, body: Array(body.utf8), limits: limits)
    }
}

extension HTTPResponse {
    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }
}
