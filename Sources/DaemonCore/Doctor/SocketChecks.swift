import CurlTransport
import Glibc

/// The daemon's sockets: who may use them, and what the daemon says.
struct SocketChecks: Sendable {
    let transport: CurlTransport
    let configuration: DaemonConfiguration

    func findings() async -> [Finding] {
        [
            await look(at: configuration.healthSocket, "health socket", "/readyz") { status, body in
                status == 200
                    ? nil
                    : .warning(
                        "health socket",
                        "builderd is not ready: \(body.split(separator: "\n").joined(separator: " / "))",
                        fix: "do what each reason says"
                    )
            },
            await look(at: configuration.controlSocket, "control socket", "/tasks?ended=0") { status, body in
                status == 200
                    ? nil
                    : .warning(
                        "control socket",
                        "it answered \(status): \(body.split(separator: "\n").joined(separator: " "))",
                        fix: "run this as root or as a member of its group"
                    )
            },
        ]
    }

    private func look(
        at path: String,
        _ check: String,
        _ target: String,
        _ judge: (_ status: Int, _ body: String) -> Finding?
    ) async -> Finding {
        var information = stat()
        guard unsafe lstat(path, &information) == 0 else {
            let isThere = errno != ENOENT
            return .failure(
                check,
                "\(path): \(isThere ? "it cannot be looked at" : "builderd does not listen there")",
                fix: isThere ? "use sudo" : "systemctl start builderd, or see why not: systemctl status builderd"
            )
        }
        if information.st_mode & 0o007 != 0 {
            return .failure(check, "everybody on this host may use \(path)", fix: "chmod 0660 \(path)")
        }
        do {
            let request = HTTPRequest(
                method: "GET",
                url: "http://builderd\(target)",
                limits: ExchangeLimits(whole: .seconds(10)),
                route: .unixSocket(path)
            )
            let response = try await transport.exchange(request)
            return judge(response.status, String(decoding: response.body, as: UTF8.self))
                ?? .ok(check, "\(path) answers")
        } catch {
            return .failure(
                check,
                "\(path) does not answer: \(error.message)",
                fix: "see `systemctl status builderd`; use sudo, or be a member of the socket's group"
            )
        }
    }
}
