import CurlTransport
import FoundationEssentials
import Testing

@testable import AWSClient

/// The 38 public cases of aws-c-auth, each signed in the header and in the query.
@Suite struct SigningVectorTests {
    private static let folder = RepositoryPath.shared.map { $0 + "/vectors/sigv4" }
    private static let names: [String] = {
        guard let folder else {
            print("SKIPPED: ../shared/vectors/sigv4 is not beside the checkout; the public signing cases are not run")
            return []
        }
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }()

    @Test("all public cases are there", .enabled(if: folder != nil, "../shared/vectors is absent"))
    func count() {
        #expect(Self.names.count == 38)
        print("figure: signing.vectors = \(Self.names.count * 2)")
    }

    @Test("a public case is signed in the header as the suite says", arguments: names)
    func header(name: String) throws {
        let (vector, signer, request) = try load(name)
        let signed = signer.signHeaders(request, credentials: vector.credentials.value, date: vector.date)
        #expect(
            String(decoding: signed.canonicalRequest, as: UTF8.self) == (try file(name, "header-canonical-request.txt"))
        )
        #expect(String(decoding: signed.stringToSign, as: UTF8.self) == (try file(name, "header-string-to-sign.txt")))
        #expect(signed.signature == (try file(name, "header-signature.txt")))
        let wanted = try RawRequest(file(name, "header-signed-request.txt"))
        let sent = signed.headers + [HTTPField("Host", request.host)]
        #expect(RawRequest.comparable(sent) == RawRequest.comparable(wanted.headers))
    }

    @Test("a public case is signed in the query as the suite says", arguments: names)
    func query(name: String) throws {
        let (vector, signer, request) = try load(name)
        let expires = Duration.seconds(vector.expirationInSeconds)
        let signed = signer.signQuery(
            request,
            credentials: vector.credentials.value,
            date: vector.date,
            expires: expires
        )
        #expect(
            String(decoding: signed.canonicalRequest, as: UTF8.self) == (try file(name, "query-canonical-request.txt"))
        )
        #expect(String(decoding: signed.stringToSign, as: UTF8.self) == (try file(name, "query-string-to-sign.txt")))
        #expect(signed.signature == (try file(name, "query-signature.txt")))
        let wanted = try RawRequest(file(name, "query-signed-request.txt"))
        #expect(CanonicalQuery(signed.query).text == CanonicalQuery(wanted.query).text)
    }

    private func load(_ name: String) throws -> (SigningVector, RequestSigner, SignableRequest) {
        let context = Data(try file(name, "context.json").utf8)
        let vector = try JSONDecoder().decode(SigningVector.self, from: context)
        let signer = RequestSigner(
            region: vector.region,
            service: vector.service,
            pathRule: vector.normalize ? .normalized : .encoded,
            sendsContentDigest: vector.signBody,
            omitsSessionToken: vector.omitSessionToken ?? false
        )
        let raw = try RawRequest(file(name, "request.txt"))
        let request = SignableRequest(
            method: raw.method,
            host: raw.headers.first { $0.name == "Host" }?.value ?? "",
            path: raw.path,
            query: raw.query,
            headers: raw.headers.filter { $0.name != "Host" },
            body: raw.body
        )
        return (vector, signer, request)
    }

    private func file(_ name: String, _ file: String) throws -> String {
        let path = try #require(Self.folder) + "/\(name)/\(file)"
        return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }
}
