import CurlTransport
import Synchronization
import Testing

@Suite("A connection")
struct ConnectionTests {
    @Test("is used again after a complete answer")
    func reuse() async throws {
        let server = try LoopbackServer { connection, _ in connection.serve() }
        try await withTransport { transport in
            for _ in 0..<20 { #expect(await transport.status(of: .post(server.url())) == 200) }
        }
        #expect(server.connectionCount == 1)
    }

    @Test(
        "is not used again after a transient status, and is after others",
        arguments: [500, 502, 503, 504, 200, 400, 404, 429, 501]
    )
    func poisoning(_ status: Int) async throws {
        let server = try LoopbackServer { connection, _ in
            while connection.readRequest() != nil { connection.answer(status: "\(status) Any") }
        }
        try await withTransport { transport in
            for _ in 0..<3 { #expect(await transport.status(of: .post(server.url())) == status) }
        }
        #expect(server.connectionCount == ([500, 502, 503, 504].contains(status) ? 3 : 1))
    }

    @Test("is used again after the one that replaced a poisoned one")
    func afterPoisoning() async throws {
        let server = try LoopbackServer { connection, number in
            while connection.readRequest() != nil { connection.answer(status: number == 0 ? "503 No" : "200 OK") }
        }
        try await withTransport { transport in
            for _ in 0..<5 { _ = try await transport.exchange(.post(server.url())) }
        }
        #expect(server.connectionCount == 2)
    }

    @Test("that its server closed while idle is replaced before the request is sent")
    func closedWhileIdle() async throws {
        let closed = Mutex(false)
        let server = try LoopbackServer { connection, number in
            connection.readRequest()
            connection.answer()
            if number > 0 { return connection.serve() }
            connection.close()
            closed.withLock { $0 = true }
        }
        try await withTransport { transport in
            #expect(await transport.status(of: .post(server.url())) == 200)
            while !closed.withLock({ $0 }) { await Task.yield() }
            #expect(await transport.status(of: .post(server.url())) == 200)
        }
        #expect(server.connectionCount == 2)
    }

    @Test(
        "that dies under a reused request fails it when the method is not safe, else the request is sent again",
        arguments: ["POST", "PUT", "GET", "HEAD"],
        ["close", "reset"]
    )
    func diesWhenReused(method: String, end: String) async throws {
        let server = try LoopbackServer { connection, number in
            connection.readRequest()
            connection.answer("")
            if number > 0 { return connection.serve("") }
            connection.readRequest()
            if end == "reset" { connection.reset() }
        }
        try await withTransport { transport in
            let request = HTTPRequest(method: method, url: server.url(), limits: .init(whole: .seconds(10)))
            #expect(await transport.status(of: request) == 200)
            let error = await transport.failure(of: request)
            if method == "GET" || method == "HEAD" {
                #expect(error == nil)
                #expect(server.requests.count == 3)
            } else {
                #expect(error?.code == .closedWithoutAnswer)
                #expect(error?.mayHaveBeenSent == true)
                #expect(error?.isTransient == true)
                #expect(server.requests.count == 2)
            }
            #expect(await transport.status(of: request) == 200)
        }
    }

    @Test("that dies under a reused request may have carried it even if the next one is refused")
    func refusedAfterDeath() async throws {
        let server = Mutex<LoopbackServer?>(nil)
        let made = try LoopbackServer { connection, _ in
            connection.readRequest()
            connection.answer("")
            connection.readRequest()
            server.withLock { $0 }?.stop()
        }
        server.withLock { $0 = made }
        defer { server.withLock { $0 = nil } }
        try await withTransport { transport in
            #expect(await transport.status(of: .get(made.url())) == 200)
            let error = await transport.failure(of: .get(made.url()))
            #expect(error?.mayHaveBeenSent == true)
        }
    }

    @Test("count stays within the maximum, and the rest wait their turn")
    func maximum() async throws {
        let server = try LoopbackServer { connection, _ in connection.serve() }
        try await withTransport(.init(maximumConnections: 3)) { transport in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<60 { group.addTask { try await transport.exchange(.get(server.url())).status } }
                for try await status in group { #expect(status == 200) }
            }
        }
        #expect(server.connectionCount <= 3)
    }
}
