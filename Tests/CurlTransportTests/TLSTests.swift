import CurlTransport
import Testing

@Suite("TLS")
struct TLSTests {
    @Test("takes a certificate of the bundle's authority")
    func trusted() async throws {
        let server = try TLSServer()
        try await withTransport(.init(caBundlePath: server.authorityPath)) { transport in
            for _ in 0..<3 { #expect(await transport.text(of: .get(server.url())) == "secret") }
        }
    }

    @Test("refuses a certificate of another authority, sends nothing, and does not call it transient")
    func stranger() async throws {
        let server = try TLSServer()
        for bundle in [server.strangerPath, nil] {
            let error = try await withTransport(.init(caBundlePath: bundle)) {
                await $0.failure(of: .post(server.url()))
            }
            #expect(error?.code == .tls)
            #expect(error?.mayHaveBeenSent == false)
            #expect(error?.isTransient == false)
            #expect(error?.message.contains("certificate") == true)
        }
    }

    @Test("refuses a certificate for another host")
    func wrongHost() async throws {
        let server = try TLSServer(names: "DNS:elsewhere.test")
        let error = try await withTransport(.init(caBundlePath: server.authorityPath)) {
            await $0.failure(of: .get(server.url()))
        }
        #expect(error?.code == .tls)
    }

    @Test(
        "refuses TLS 1.1 and takes 1.2 and 1.3",
        arguments: [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)]
    )
    func version(option: String, isTaken: Bool) async throws {
        let server = try TLSServer(options: [option, "-cipher", "DEFAULT@SECLEVEL=0"])
        let error = try await withTransport(.init(caBundlePath: server.authorityPath)) {
            await $0.failure(of: .get(server.url()))
        }
        #expect(error?.code == (isTaken ? nil : .tls))
    }

    @Test("does not hide a truncated answer")
    func truncated() async throws {
        let server = try TLSServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
        let error = try await withTransport(.init(caBundlePath: server.authorityPath)) {
            await $0.failure(of: .get(server.url()))
        }
        #expect(error?.code == .truncated)
        #expect(error?.mayHaveBeenSent == true)
    }

    @Test(
        "that breaks within the handshake is a network error, or a protocol error when the peer speaks no TLS",
        arguments: [("close", .reset), ("reset", .reset), ("http", .tls)] as [(String, TransportError.Code)]
    )
    func handshake(end: String, code: TransportError.Code) async throws {
        let server = try LoopbackServer { connection, _ in
            _ = connection.read()
            if end == "reset" { connection.reset() }
            if end == "http" { connection.answer() }
        }
        let error = try await withTransport { await $0.failure(of: .post("https://127.0.0.1:\(server.port)/")) }
        #expect(error?.code == code, "\(error?.description ?? "none")")
        #expect(error?.mayHaveBeenSent == false)
    }

    @Test("with a bundle that cannot be read fails when the transport is made")
    func missingBundle() throws {
        let error = #expect(throws: TransportError.self) {
            _ = try CurlTransport(configuration: .init(environment: ["AWS_CA_BUNDLE": "/nonexistent/ca.pem"]))
        }
        #expect(error?.code == .tls)
        #expect(error?.message.contains("/nonexistent/ca.pem") == true)
    }

    @Test("with a blank AWS_CA_BUNDLE trusts the system")
    func blankBundle() {
        #expect(CurlTransport.Configuration(environment: ["AWS_CA_BUNDLE": ""]).caBundlePath == nil)
        #expect(CurlTransport.Configuration(environment: [:]).caBundlePath == nil)
    }
}
