import CurlTransport
import Testing

@Suite("A limit")
struct LimitTests {
    /// Where a server stops, silent for ever.
    static let stalls: [(String, @Sendable (LoopbackConnection) -> Void)] = [
        ("before it reads", { $0.hold() }),
        (
            "before the answer",
            {
                _ = $0.readRequest(); $0.hold()
            }
        ),
        (
            "within the status line",
            {
                _ = $0.readRequest(); $0.write("HTTP/1."); $0.hold()
            }
        ),
        (
            "within the head",
            {
                _ = $0.readRequest(); $0.write("HTTP/1.1 200 OK\r\nX: "); $0.hold()
            }
        ),
        (
            "before the body",
            {
                _ = $0.readRequest(); $0.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"); $0.hold()
            }
        ),
        (
            "within the body",
            {
                _ = $0.readRequest(); $0.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"); $0.hold()
            }
        ),
        (
            "after 100 Continue",
            {
                _ = $0.readRequest(); $0.write("HTTP/1.1 100 Continue\r\n\r\n"); $0.hold()
            }
        ),
    ]

    @Test("on the whole time ends an exchange at whatever point it stalls", arguments: stalls.indices)
    func stall(_ index: Int) async throws {
        let server = try LoopbackServer { connection, _ in Self.stalls[index].1(connection) }
        let clock = ContinuousClock()
        let start = clock.now
        let error = try await withTransport {
            await $0.failure(of: .post(server.url(), limits: .init(whole: .milliseconds(300))))
        }
        #expect(error?.code == .deadline, "stalled \(Self.stalls[index].0)")
        #expect(error?.mayHaveBeenSent == true)
        #expect(error?.message.contains("timed out after 0.3 seconds") == true)
        #expect(clock.now - start >= .milliseconds(300))
    }

    @Test(
        "on the whole time is not fooled by a server that drips",
        arguments: [
            ("HTTP/1.1 200 OK\r\nX: ", "x"), ("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "x"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
            ("HTTP/1.1 100 Continue\r\nX: y", "\r\n\r\nHTTP/1.1 100 Continue\r\nX: y"),
        ]
    )
    func drip(start: String, drop: String) async throws {
        let server = try LoopbackServer { connection, _ in
            connection.readRequest()
            connection.write(start)
            while connection.write(drop) { pause(milliseconds: 20) }
        }
        let error = try await withTransport {
            await $0.failure(of: .get(server.url(), limits: .init(whole: .milliseconds(400))))
        }
        #expect(error?.code == .deadline, "\(error?.description ?? "none")")
    }

    @Test("on the whole time counts the wait for a free connection")
    func queueing() async throws {
        let server = try LoopbackServer { connection, _ in connection.hold() }
        try await withTransport(.init(maximumConnections: 1)) { transport in
            let first = Task { await transport.failure(of: .get(server.url(), limits: .init(whole: .seconds(60)))) }
            while server.connectionCount == 0 { await Task.yield() }
            let second = await transport.failure(of: .post(server.url(), limits: .init(whole: .milliseconds(200))))
            #expect(second?.code == .deadline)
            #expect(second?.mayHaveBeenSent == false)
            first.cancel()
            #expect(await first.value?.code == .cancelled)
        }
        #expect(server.connectionCount == 1)
    }

    @Test("of no time at all sends nothing")
    func zero() async throws {
        let server = try LoopbackServer { connection, _ in connection.serve() }
        try await withTransport { transport in
            for whole in [Duration.zero, .seconds(-1)] {
                let error = await transport.failure(of: .post(server.url(), limits: .init(whole: whole)))
                #expect(error?.code == .deadline)
                #expect(error?.mayHaveBeenSent == false)
            }
        }
        #expect(server.connectionCount == 0)
    }

    @Test(
        "on connecting ends a connection that is never accepted, and a TLS handshake that is never answered",
        arguments: ["http", "https"]
    )
    func connect(_ scheme: String) async throws {
        let server = try LoopbackServer(backlog: 0, accepts: scheme == "https") { connection, _ in connection.hold() }
        // The kernel drops further attempts once the queue of a listener is full.
        let fillers =
            scheme == "http" ? try (0..<4).map { _ in try Sockets.connect(port: server.port, waits: false) } : []
        defer { for filler in fillers { closeDescriptor(filler) } }
        let limits = ExchangeLimits(connect: .milliseconds(300), whole: .seconds(20))
        let error = try await withTransport {
            await $0.failure(of: .post("\(scheme)://127.0.0.1:\(server.port)/", limits: limits))
        }
        #expect(error?.code == .connectTimeout, "\(error?.description ?? "none")")
        #expect(error?.mayHaveBeenSent == false)
        #expect(error?.message.contains("0.3 seconds") == true)
    }

    @Test(
        "on the head refuses a large one, however it is made",
        arguments: [
            "one line", "one endless line", "many lines", "endless lines", "endless informational heads",
            "endless trailers",
        ]
    )
    func head(_ kind: String) async throws {
        let server = try LoopbackServer { connection, _ in
            connection.readRequest()
            let filler = String(repeating: "x", count: 1000)
            switch kind {
            case "one line":
                connection.write(
                    "HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 70_000))\r\nContent-Length: 0\r\n\r\n"
                )
            case "one endless line":
                connection.write("HTTP/1.1 200 OK\r\nX: ")
                while connection.write(filler) {}
            case "many lines":
                connection.write("HTTP/1.1 200 OK\r\n")
                for _ in 0..<70 { connection.write("X: \(filler)\r\n") }
                connection.write("Content-Length: 0\r\n\r\n")
            case "endless lines":
                connection.write("HTTP/1.1 200 OK\r\n")
                while connection.write("X: \(filler)\r\n") {}
            case "endless informational heads":
                while connection.write("HTTP/1.1 100 Continue\r\n\r\n") {}
            default:
                connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
                while connection.write("X: \(filler)\r\n") {}
            }
            connection.hold()
        }
        let error = try await withTransport { await $0.failure(of: .get(server.url())) }
        #expect(error?.code == .headTooLarge, "\(error?.description ?? "none")")
        #expect(error?.isTransient == false)
    }

    @Test("on the body refuses a larger one, declared or not, and takes one of exactly that size")
    func body() async throws {
        let server = try LoopbackServer { connection, _ in
            while let request = connection.readRequest() {
                let part = [UInt8](repeating: 0x61, count: 1000)
                switch request.requestLine.split(separator: " ")[1] {
                case "/exact": connection.answer(String(repeating: "x", count: 5000))
                case "/declared": connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5001\r\n\r\nx")
                case "/huge": connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nx")
                case "/chunked":
                    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    while connection.write("3e8\r\n"), connection.write(part), connection.write("\r\n") {}
                default:
                    connection.write("HTTP/1.1 200 OK\r\n\r\n")
                    while connection.write(part) {}
                }
            }
        }
        try await withTransport { transport in
            let limits = ExchangeLimits(whole: .seconds(10), bodyBytes: 5000)
            let exact = try await transport.exchange(.get(server.url("/exact"), limits: limits))
            #expect(exact.body.count == 5000)
            for path in ["/declared", "/huge", "/chunked", "/endless"] {
                let error = await transport.failure(of: .get(server.url(path), limits: limits))
                #expect(error?.code == .bodyTooLarge, "\(path): \(error?.description ?? "none")")
                #expect(error?.mayHaveBeenSent == true)
            }
        }
    }

    @Test("on the body has a default of 8 MiB, to the byte")
    func defaultBody() async throws {
        let most = 8 * 1024 * 1024
        let server = try LoopbackServer { connection, _ in
            while let request = connection.readRequest() {
                let size = request.requestLine.contains("/more") ? most + 1 : most
                connection.answer(String(repeating: "x", count: size))
            }
        }
        try await withTransport { transport in
            let taken = try await transport.exchange(.get(server.url("/most")))
            #expect(taken.body.count == most)
            #expect(await transport.failure(of: .get(server.url("/more")))?.code == .bodyTooLarge)
        }
    }

    @Test("on the head has a default of 64 KiB, to the byte")
    func defaultHead() async throws {
        let most = 64 * 1024
        let server = try LoopbackServer { connection, _ in
            while let request = connection.readRequest() {
                let size = request.requestLine.contains("/more") ? most + 1 : most
                let (start, end) = ("HTTP/1.1 200 OK\r\nX: ", "\r\nContent-Length: 0\r\n\r\n")
                let filler = String(repeating: "x", count: size - start.utf8.count - end.utf8.count)
                connection.write(start + filler + end)
            }
        }
        try await withTransport { transport in
            let taken = try await transport.exchange(.get(server.url("/most")))
            #expect(taken.status == 200)
            #expect(await transport.failure(of: .get(server.url("/more")))?.code == .headTooLarge)
        }
    }

    @Test("on connecting has a default of 3 s, and on the whole time one of 30 s")
    func defaultTimes() async throws {
        let server = try LoopbackServer { connection, _ in connection.hold() }
        let error = try await withTransport { await $0.failure(of: .get("https://127.0.0.1:\(server.port)/")) }
        #expect(error?.code == .connectTimeout)
        #expect(error?.message.contains("3.0 seconds") == true, "\(error?.message ?? "none")")
        // A test that waits half a minute for the other proves no more than its value.
        #expect(ExchangeLimits().whole == .seconds(30))
    }

    @Test("on the body does not concern the length that HEAD declares")
    func headRequest() async throws {
        let server = try LoopbackServer { connection, _ in
            connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
            connection.hold()
        }
        let response = try await withTransport { try await $0.exchange(HTTPRequest(method: "HEAD", url: server.url())) }
        #expect(response.header("content-length") == "99999999999")
    }
}
