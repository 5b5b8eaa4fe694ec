import CurlTransport
import DaemonCore
import FoundationEssentials
import Glibc
import Observability

/// Asks the daemon of this host over its two sockets.
struct DaemonClient: Sendable {
    private let health: String
    private let control: String
    private let transport: CurlTransport

    /// A client of the sockets at these paths; nothing is asked yet.
    init(health: String, control: String) throws(ClientProblem) {
        self.health = health
        self.control = control
        do {
            transport = try CurlTransport(configuration: CurlTransport.Configuration(environment: [:]))
        } catch {
            throw ClientProblem(status: .failed, message: "\(error)", next: "Check the installation of libcurl.")
        }
    }

    /// Ends the transport.
    func close() async { await transport.shutdown() }

    /// `/status`: its text and what it says.
    func status() async throws(ClientProblem) -> (text: String, document: StatusDocument) {
        let body = try await ask("GET", "/status", socket: health)
        return (String(decoding: body, as: UTF8.self), try decode(StatusDocument.self, body))
    }

    /// `/readyz`: `nil` when ready, else the reasons, a line each.
    func unreadiness() async throws(ClientProblem) -> String? {
        let answer = try await exchange("GET", "/readyz", socket: health)
        return answer.status == 200 ? nil : String(decoding: answer.body, as: UTF8.self)
    }

    /// A document that the control socket answers with, and its text.
    func document<Document: Decodable>(
        _ type: Document.Type,
        _ method: String,
        _ path: String
    ) async throws(ClientProblem) -> (text: String, document: Document) {
        let body = try await ask(method, path, socket: control)
        return (String(decoding: body, as: UTF8.self), try decode(type, body))
    }

    /// A text that the control socket answers with.
    func text(_ path: String) async throws(ClientProblem) -> String {
        String(decoding: try await ask("GET", path, socket: control), as: UTF8.self)
    }

    /// `text` as one component of a path.
    static func component(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x2D
            let digits = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(UnicodeScalar(byte)) : (digits.count == 1 ? "%0" : "%") + digits
        }.joined()
    }

    private func ask(_ method: String, _ path: String, socket: String) async throws(ClientProblem) -> [UInt8] {
        let answer = try await exchange(method, path, socket: socket)
        guard answer.status != 200 else { return answer.body }
        throw Self.problem(answer, method, path)
    }

    /// What an answer other than 200 means: in the daemon's own words where it is the control socket's, else by its text.
    static func problem(_ answer: HTTPResponse, _ method: String, _ path: String) -> ClientProblem {
        let told = try? JSONDecoder().decode(ControlProblem.self, from: Data(answer.body))
        let text = String(decoding: answer.body.prefix(500), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        let said = text.isEmpty ? "" : ": " + text.joined(separator: " ")
        let next =
            switch answer.status {
            case 403: "Use sudo, or be a member of the socket's group."
            case 408, 429, 503: "It is busy with other clients of this socket: try again in a few seconds."
            case 404, 405: "Use the builderctl of the same version: see `builderctl --version`."
            default: "See its log: journalctl -u builderd."
            }
        return ClientProblem(
            status: answer.status == 403 ? .notPermitted : .failed,
            message: told?.error ?? "builderd answered \(answer.status) to \(method) \(path)\(said)",
            next: told?.next ?? next
        )
    }

    private func exchange(
        _ method: String,
        _ path: String,
        socket: String
    ) async throws(ClientProblem) -> HTTPResponse {
        do {
            return try await transport.exchange(
                HTTPRequest(
                    method: method,
                    url: "http://builderd\(path)",
                    limits: ExchangeLimits(whole: .seconds(10)),
                    route: .unixSocket(socket)
                )
            )
        } catch {
            throw problem(error, socket)
        }
    }

    private func problem(_ error: TransportError, _ socket: String) -> ClientProblem {
        let option = socket == health ? "--health-socket" : "--control-socket"
        let running =
            "Is it running? See `systemctl status builderd`. A socket in another place is named with \(option)."
        guard unsafe access(socket, R_OK | W_OK) != 0 else {
            if error.code == .connectionRefused {
                return ClientProblem(status: .unavailable, message: "nobody listens on \(socket)", next: running)
            }
            let isCut = error.code == .reset || error.code == .closedWithoutAnswer
            return ClientProblem(
                status: .unavailable,
                message: "builderd does not answer on \(socket): \(error.message)",
                next: isCut ? "It has too many clients on this socket, or ended just now: try again." : running
            )
        }
        if errno == EACCES || errno == EPERM {
            return ClientProblem(
                status: .notPermitted,
                message: "you may not connect to \(socket)",
                next: "Use sudo, or become a member of \(Self.group(of: socket)) and log in again."
            )
        }
        return ClientProblem(status: .unavailable, message: "there is no socket at \(socket)", next: running)
    }

    /// The group that may connect, as far as this user may see it. Never the folder's, whose group may be allowed more.
    private static func group(of socket: String) -> String {
        var information = stat()
        guard unsafe lstat(socket, &information) == 0 else {
            return "the group that control.group or health.group names"
        }
        return "the group \(SocketGroup.name(of: information.st_gid))"
    }

    private func decode<Document: Decodable>(_ type: Document.Type, _ body: [UInt8]) throws(ClientProblem) -> Document {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw ClientProblem(
                status: .failed,
                message: "builderd's answer is not what this builderctl expects",
                next: "Use the builderctl of the same version: see `builderctl --version`."
            )
        }
    }
}
