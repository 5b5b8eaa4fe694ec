import CurlTransport
import Testing

@Suite("A failed exchange")
struct FailureTests {
    /// What a server does after it has read the request, and what the exchange comes to.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: TransportError.Code
        let script: @Sendable (LoopbackConnection) -> Void

        init(_ name: String, _ code: TransportError.Code, _ script: @escaping @Sendable (LoopbackConnection) -> Void) {
            (testDescription, self.code, self.script) = (name, code, script)
        }
    }

    static let cases = [
        Case("reset", .reset) { $0.reset() },
        Case("closed without a byte", .closedWithoutAnswer) { $0.close() },
        Case("closed within the status line", .closedWithoutAnswer) { $0.write("HTTP/1.1 20") },
        Case("closed within the head", .truncated) { $0.write("HTTP/1.1 200 OK\r\nContent-Le") },
        Case("closed after a whole head line", .truncated) { $0.write("HTTP/1.1 200 OK\r\n") },
        Case("closed after an informational head", .truncated) { $0.write("HTTP/1.1 100 Continue\r\n\r\n") },
        Case("closed within the body", .truncated) { $0.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}") },
        Case("closed before the body", .truncated) { $0.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n") },
        Case("closed within a chunk", .truncated) {
            $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
        },
        Case("closed before the last chunk", .truncated) {
            $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")
        },
        Case("chunks that are none", .notHTTP) {
            $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n")
        },
        Case("reset within the body", .reset) {
            $0.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}")
            $0.reset()
        },
        Case("garbage", .notHTTP) { $0.write("SSH-2.0-OpenSSH_9.2p1\r\n") },
        Case("HTML without a head", .notHTTP) { $0.write("<html><body>hello</body></html>\r\n\r\n") },
        Case("binary garbage", .notHTTP) { $0.write([0x16, 3, 1, 0, 5] + [UInt8](repeating: 0, count: 500)) },
        Case("switching protocols unasked", .notHTTP) { $0.write("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nraw") },
        Case("a status beyond 599", .notHTTP) { $0.write("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n") },
        Case("a negative length", .notHTTP) { $0.write("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx") },
    ]

    @Test("says what happened and that the request may have arrived", arguments: cases)
    func outcome(_ wanted: Case) async throws {
        let server = try LoopbackServer { connection, _ in
            connection.readRequest()
            wanted.script(connection)
        }
        let error = try await withTransport { await $0.failure(of: .post(server.url("/path?token=hidden"))) }
        #expect(error?.code == wanted.code, "\(error?.description ?? "no error")")
        #expect(error?.mayHaveBeenSent == true)
        #expect(error?.isTransient == true)
        #expect(error?.message.contains("hidden") == false)
        #expect(error?.message.contains("127.0.0.1:\(server.port)") == true)
        #expect(server.requests.count == 1)
    }

    @Test("says that a refused connection carried nothing")
    func refused() async throws {
        let port = try Sockets.refusingPort()
        let error = try await withTransport { await $0.failure(of: .post("http://127.0.0.1:\(port)/")) }
        #expect(error?.code == .connectionRefused)
        #expect(error?.mayHaveBeenSent == false)
        #expect(error?.isTransient == true)
    }

    @Test("says that a name has no address", arguments: ["http://no-such-host.invalid/", "http://256.256.256.256/"])
    func noName(_ url: String) async throws {
        let error = try await withTransport { await $0.failure(of: .post(url)) }
        #expect(error?.code == .nameNotResolved)
        #expect(error?.mayHaveBeenSent == false)
    }

    @Test("leaves the transport whole for the next", arguments: cases)
    func next(_ wanted: Case) async throws {
        let server = try LoopbackServer { connection, number in
            if number > 0 { return connection.serve() }
            connection.readRequest()
            wanted.script(connection)
        }
        try await withTransport { transport in
            #expect(await transport.failure(of: .post(server.url())) != nil)
            #expect(await transport.text(of: .post(server.url())) == "ok")
        }
        #expect(server.connectionCount == 2)
    }
}
