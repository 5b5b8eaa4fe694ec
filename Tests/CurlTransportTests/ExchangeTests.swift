import CurlTransport
import Testing

@Suite("An exchange")
struct ExchangeTests {
    @Test("brings status, fields in order and body of the answer")
    func completeAnswer() async throws {
        let server = try LoopbackServer { connection, _ in
            connection.readRequest()
            connection.write(
                "HTTP/1.1 404 Not Found\r\nX-One: 1\r\nx-two:   spaced \t\r\nX-One: 2\r\nContent-Length: 4\r\n\r\ngone"
            )
            connection.hold()
        }
        let response = try await withTransport { try await $0.exchange(.get(server.url())) }
        #expect(response.status == 404)
        #expect(
            response.headers == [
                HTTPField("X-One", "1"), HTTPField("x-two", "spaced"), HTTPField("X-One", "2"),
                HTTPField("Content-Length", "4"),
            ]
        )
        #expect(response.header("x-ONE") == "1")
        #expect(response.text == "gone")
    }

    @Test("sends the request as it was given and adds nothing but Host and Content-Length")
    func requestOnTheWire() async throws {
        let server = try LoopbackServer { connection, _ in connection.serve() }
        let path = "/a/./b/../%2F//c%zz;x=1?b=2&a=%20&a=../x&empty"
        let request = HTTPRequest(
            method: "POST",
            url: server.url(path),
            headers: [
                HTTPField("X-Amz-Target", "AWSStepFunctions.GetActivityTask"), HTTPField("x-empty", ""),
                HTTPField("Authorization", "AWS4-HMAC-SHA256 Credential=a/b, Signature=c"), HTTPField("x-tab", "a\tb"),
            ],
            body: [0, 1, 2, 13, 10, 255]
        )
        _ = try await withTransport { try await $0.exchange(request) }
        let received = try #require(server.requests.first)
        #expect(
            received.lines.sorted()
                == [
                    "POST \(path) HTTP/1.1", "Host: 127.0.0.1:\(server.port)", "Content-Length: 6",
                    "X-Amz-Target: AWSStepFunctions.GetActivityTask", "x-empty:",
                    "Authorization: AWS4-HMAC-SHA256 Credential=a/b, Signature=c", "x-tab: a\tb",
                ].sorted()
        )
        #expect(received.body == [0, 1, 2, 13, 10, 255])
    }

    @Test(
        "sends each method with its own framing",
        arguments: [
            ("GET", 0, nil), ("HEAD", 0, nil), ("DELETE", 0, nil), ("OPTIONS", 0, nil), ("POST", 0, "0"),
            ("PUT", 0, "0"),
            ("PUT", 5, "5"), ("DELETE", 5, "5"), ("POST", 200_000, "200000"), ("PATCH", 3_000_000, "3000000"),
        ] as [(String, Int, String?)]
    )
    func methods(method: String, bytes: Int, length: String?) async throws {
        let server = try LoopbackServer { connection, _ in connection.serve(method == "HEAD" ? "" : "ok") }
        let body = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let request = HTTPRequest(method: method, url: server.url("/x"), body: body)
        let response = try await withTransport { try await $0.exchange(request) }
        #expect(response.status == 200)
        let received = try #require(server.requests.first)
        #expect(received.requestLine == "\(method) /x HTTP/1.1")
        #expect(received.values("content-length").first == length)
        #expect(received.body == body)
        for name in ["expect", "accept", "content-type", "user-agent", "transfer-encoding", "accept-encoding"] {
            #expect(received.values(name).isEmpty, "\(name) was added")
        }
    }

    @Test("uses one handle for method after method without a trace of the one before")
    func methodsInTurn() async throws {
        let server = try LoopbackServer { connection, _ in
            while let request = connection.readRequest() {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
                if !request.requestLine.hasPrefix("HEAD") { connection.write("ok") }
            }
        }
        let turns = [
            ("POST", "abc"), ("GET", ""), ("HEAD", ""), ("PUT", "de"), ("HEAD", ""), ("DELETE", ""), ("POST", ""),
            ("GET", ""), ("DELETE", "x"), ("GET", ""),
        ]
        try await withTransport { transport in
            for (method, body) in turns {
                let request = HTTPRequest(method: method, url: server.url(), body: Array(body.utf8))
                let response = try await transport.exchange(request)
                #expect(response.text == (method == "HEAD" ? "" : "ok"))
            }
        }
        let seen = server.requests.map { "\($0.requestLine) \(String(decoding: $0.body, as: UTF8.self))" }
        #expect(seen == turns.map { "\($0.0) / HTTP/1.1 \($0.1)" })
        #expect(server.connectionCount == 1)
    }

    @Test(
        "reads every framing of a complete answer",
        arguments: [
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nX-Trailer: t\r\n\r\n",
                "abcdefg"
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
            ("HTTP/1.1 204 No Content\r\n\r\n", ""),
            ("HTTP/1.0 200 OK\r\n\r\nuntil the end", "until the end"),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "ok"
            ),
            ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "ok"),
            ("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 5\r\n\r\nmoved", "moved"),
            ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nraw", "raw"),
            ("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno", "no"),
        ]
    )
    func framings(answer: String, body: String) async throws {
        let server = try LoopbackServer { connection, _ in
            connection.readRequest()
            connection.write(answer)
        }
        let response = try await withTransport { try await $0.exchange(.get(server.url())) }
        #expect(response.text == body)
        #expect(response.header("Link") == nil)
        #expect(response.header("X-Trailer") == nil)
        #expect(server.requests.count == 1)
    }

    @Test("reads an answer that arrives byte by byte")
    func byteByByte() async throws {
        let answer = "HTTP/1.1 200 OK\r\nX-Folded: a\r\n b\r\nContent-Length: 5\r\n\r\nbytes"
        let server = try LoopbackServer { connection, _ in
            connection.readRequest()
            for byte in answer.utf8 { connection.write([byte]) }
            connection.hold()
        }
        let response = try await withTransport { try await $0.exchange(.get(server.url())) }
        #expect(response.text == "bytes")
        #expect(response.header("x-folded")?.split(separator: " ") == ["a", "b"])
    }

    @Test("goes through a Unix socket, the URL's host in Host alone")
    func unixSocket() async throws {
        let path = "/tmp/builderd-transport-\(UInt64.random(in: 0 ... .max)).sock"
        defer { removeFile(path) }
        let server = try LoopbackServer(unixPath: path) { connection, _ in connection.serve("unix") }
        try await withTransport { transport in
            var request = HTTPRequest.get("http://builder.invalid/status")
            request.route = .unixSocket(path)
            let response = try await transport.exchange(request)
            #expect(response.text == "unix")
            request.route = .unixSocket(path + ".gone")
            let failure = await transport.failure(of: request)
            #expect(failure?.code == .connectionRefused)
            #expect(failure?.message == "GET \(path).gone: nobody listens there")
        }
        #expect(server.requests.first?.values("host") == ["builder.invalid"])
    }

    @Test("runs a thousand at once and mixes none up")
    func thousand() async throws {
        let server = try LoopbackServer { connection, _ in
            while let request = connection.readRequest() {
                connection.answer(String(decoding: request.body, as: UTF8.self))
            }
        }
        try await withTransport(.init(maximumConnections: 100)) { transport in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<1000 {
                    group.addTask {
                        let request = HTTPRequest.post(
                            server.url("/\(number)"),
                            "task \(number)",
                            limits: .init(whole: .seconds(60))
                        )
                        return try await transport.exchange(request).text == "task \(number)"
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
        #expect(server.requests.count == 1000)
        #expect(server.connectionCount <= 100)
    }
}
