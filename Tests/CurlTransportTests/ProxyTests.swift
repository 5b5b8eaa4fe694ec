import CurlTransport
import Testing

@Suite("A proxy")
struct ProxyTests {
    @Test("gets http requests for other hosts, whole URL and all")
    func plain() async throws {
        let proxy = try LoopbackServer { connection, _ in connection.serve("by proxy") }
        let configuration = CurlTransport.Configuration(proxyEnvironment: ["http_proxy": proxy.url("")])
        let response = try await withTransport(configuration) {
            try await $0.exchange(.get("http://builder.test:8080/a/../b?c"))
        }
        #expect(response.text == "by proxy")
        #expect(proxy.requests.first?.requestLine == "GET http://builder.test:8080/a/../b?c HTTP/1.1")
    }

    @Test("tunnels https, and never sees the request's fields")
    func tunnel() async throws {
        let server = try TLSServer()
        let proxy = try LoopbackServer { connection, _ in
            connection.readRequest()
            connection.write("HTTP/1.1 200 Connection established\r\nX-Proxy: p\r\n\r\n")
            connection.tunnel(toPort: server.port)
        }
        let configuration = CurlTransport.Configuration(
            caBundlePath: server.authorityPath,
            proxyEnvironment: ["HTTPS_PROXY": "http://user:word@127.0.0.1:\(proxy.port)"]
        )
        var request = HTTPRequest.get(server.url(host: "builder.test"))
        request.headers = [HTTPField("Authorization", "hidden")]
        let response = try await withTransport(configuration) { [request] in try await $0.exchange(request) }
        #expect(response.text == "secret")
        #expect(response.header("X-Proxy") == nil)
        let seen = try #require(proxy.requests.first)
        #expect(seen.requestLine == "CONNECT builder.test:\(server.port) HTTP/1.1")
        #expect(seen.values("authorization").isEmpty)
        #expect(seen.values("proxy-authorization") == ["Basic dXNlcjp3b3Jk"])
    }

    @Test(
        "that refuses or fails is named, its password is not, and nothing was sent",
        arguments: ["403", "407", "502", "close", "reset", "garbage", "refused"]
    )
    func failing(_ kind: String) async throws {
        let proxy = try LoopbackServer { connection, _ in
            connection.readRequest()
            switch kind {
            case "close": connection.close()
            case "reset": connection.reset()
            case "garbage": connection.write("SSH-2.0-x\r\n\r\n")
            default: connection.answer(status: "\(kind) No", fields: "Proxy-Authenticate: Basic\r\n")
            }
        }
        let port = kind == "refused" ? try Sockets.refusingPort() : proxy.port
        let configuration = CurlTransport.Configuration(proxyEnvironment: [
            "all_proxy": "http://user:hidden@127.0.0.1:\(port)"
        ])
        let error = try await withTransport(configuration) { await $0.failure(of: .post("https://builder.test/")) }
        #expect(error?.code == .proxy, "\(error?.description ?? "none")")
        #expect(error?.mayHaveBeenSent == false)
        #expect(error?.isTransient == true)
        #expect(error?.message.contains("hidden") == false)
    }

    @Test(
        "whose name has no address, or whose URL is nonsense, is a name error without its password",
        arguments: ["http://u:hidden@no-such-proxy.invalid:1", "http://u:hidden@[x"]
    )
    func unresolved(_ url: String) async throws {
        let error = try await withTransport(.init(proxyEnvironment: ["all_proxy": url])) {
            await $0.failure(of: .get("http://builder.test/"))
        }
        #expect(error?.code == .nameNotResolved, "\(error?.description ?? "none")")
        #expect(error?.message.contains("hidden") == false)
        #expect(error?.mayHaveBeenSent == false)
    }

    @Test("never gets requests for this host")
    func loopback() async throws {
        let proxy = try LoopbackServer { connection, _ in connection.serve("by proxy") }
        let server = try LoopbackServer { connection, _ in connection.serve("direct") }
        let environment = ["http_proxy": proxy.url(""), "all_proxy": proxy.url("")]
        try await withTransport(.init(proxyEnvironment: environment)) { transport in
            for host in ["127.0.0.1", "localhost", "LOCALHOST", "127.1", "2130706433"] {
                #expect(await transport.text(of: .get("http://\(host):\(server.port)/")) == "direct")
            }
        }
        #expect(proxy.connectionCount == 0)
    }

    @Test("is left out by the direct route")
    func direct() async throws {
        let proxy = try LoopbackServer { connection, _ in connection.serve("by proxy") }
        try await withTransport(.init(proxyEnvironment: ["http_proxy": proxy.url("")])) { transport in
            var request = HTTPRequest.get("http://no-such-host.invalid/")
            #expect(await transport.text(of: request) == "by proxy")
            request.route = .direct
            #expect(await transport.failure(of: request)?.code == .nameNotResolved)
        }
        #expect(proxy.connectionCount == 1)
    }
}
