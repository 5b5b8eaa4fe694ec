import CurlTransport
import Testing

@Suite("A request that cannot be sent")
struct RefusedRequestTests {
    @Test(
        "is refused by its URL",
        arguments: [
            "", "/path", "127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http:///x",
            "http://user:pw@127.0.0.1/",
            "http://127.0.0.1:0/", "http://127.0.0.1:65536/", "http://127.0.0.1:x/", "http://127.0.0.1/a b",
            "http://127.0.0.1/\u{7}",
            "http://127.0.0.1/a\r\nX: y", "http://127.0.0.1/ü", "http://[::1/", "http://[::1]x/", "http://127.0.0.1:/",
        ]
    )
    func url(_ url: String) async throws {
        let error = try await withTransport { await $0.failure(of: .get(url)) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.mayHaveBeenSent == false)
        #expect(error?.isTransient == false)
    }

    @Test(
        "is refused by a header field, whose value is not quoted",
        arguments: [
            ("X", "hidden\r\nY: z"), ("X", "hidden\n"), ("X", "hidden\0"), ("X Y", "hidden"), ("", "hidden"),
            ("X:", "hidden"),
            ("X\n", "hidden"), ("Host", "hidden"), ("CONTENT-length", "hidden"), ("Connection", "hidden"),
            ("transfer-encoding", "hidden"), ("X", "hidden\u{7F}"),
        ]
    )
    func field(name: String, value: String) async throws {
        let server = try LoopbackServer { connection, _ in connection.serve() }
        var request = HTTPRequest.get(server.url())
        request.headers = [HTTPField(name, value)]
        let error = try await withTransport { await $0.failure(of: request) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.contains("hidden") == false)
        #expect(server.connectionCount == 0)
    }

    @Test("is refused by its method", arguments: ["", "get", "GE T", "GET\r\n", "HEAD"])
    func method(_ method: String) async throws {
        let server = try LoopbackServer { connection, _ in connection.serve() }
        let request = HTTPRequest(method: method, url: server.url(), body: method == "HEAD" ? [1] : [])
        let error = try await withTransport { await $0.failure(of: request) }
        #expect(error?.code == .invalidRequest)
        #expect(server.connectionCount == 0)
    }

    @Test("is refused by an impossible Unix socket", arguments: ["", String(repeating: "x", count: 108), "a\0b"])
    func unixSocket(_ path: String) async throws {
        var request = HTTPRequest.get("http://127.0.0.1/")
        request.route = .unixSocket(path)
        let error = try await withTransport { [request] in await $0.failure(of: request) }
        #expect(error?.code == .invalidRequest)
    }

    @Test("does not spoil the handle for the next")
    func next() async throws {
        let server = try LoopbackServer { connection, _ in connection.serve() }
        try await withTransport { transport in
            for _ in 0..<3 {
                #expect(await transport.failure(of: .get("http://a b/")) != nil)
                #expect(await transport.status(of: .get(server.url())) == 200)
            }
        }
    }
}
