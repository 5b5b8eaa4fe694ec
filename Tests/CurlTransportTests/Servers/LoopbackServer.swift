import Foundation
import Glibc
import Synchronization

/// A server on a free port of 127.0.0.1, or on a Unix socket, whose connections each run a script on a thread of their own.
///
/// All sockets are closed when the server goes away, and `stop()` ends scripts that wait.
final class LoopbackServer: Sendable {
    /// What one connection does; `number` counts from 0 in the order of acceptance.
    typealias Script = @Sendable (_ connection: LoopbackConnection, _ number: Int) -> Void

    let port: Int
    private let listener: Int32
    private let accepts: Bool
    private let state = Mutex(State())

    private struct State {
        var connections: [LoopbackConnection] = []
        var requests: [ReceivedRequest] = []
        var isStopped = false
    }

    /// Listens, and runs `script` for each connection.
    init(unixPath: String? = nil, backlog: Int32 = 1024, accepts: Bool = true, script: @escaping Script) throws {
        if let unixPath {
            (listener, port) = (try Sockets.listen(unixPath: unixPath), 0)
        } else {
            (listener, port) = try Sockets.listen(backlog: backlog)
        }
        self.accepts = accepts
        guard accepts else { return }
        let thread = Thread { [listener, weak self] in
            // This thread closes the listener: closed by another, its number could be a later server's, whose connections
            // the call below would take.
            defer { close(listener) }
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                guard let self, let (connection, number) = self.admit(descriptor) else {
                    close(descriptor)
                    return
                }
                let worker = Thread {
                    script(connection, number)
                    connection.close()
                }
                worker.stackSize = 256 * 1024
                worker.start()
            }
        }
        thread.start()
    }

    deinit { stop() }

    /// `http://127.0.0.1:port` and `path`.
    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Connections accepted so far.
    var connectionCount: Int { state.withLock { $0.connections.count } }

    /// Requests read so far, in order of arrival.
    var requests: [ReceivedRequest] { state.withLock { $0.requests } }

    /// Closes everything; scripts that read see the end.
    func stop() {
        let connections = state.withLock { state -> [LoopbackConnection] in
            guard !state.isStopped else { return [] }
            state.isStopped = true
            // Wakes the accepting thread.
            shutdown(listener, Int32(SHUT_RDWR))
            if !accepts { close(listener) }
            return state.connections
        }
        for connection in connections { connection.interrupt() }
    }

    fileprivate func record(_ request: ReceivedRequest) { state.withLock { $0.requests.append(request) } }

    private func admit(_ descriptor: Int32) -> (LoopbackConnection, Int)? {
        state.withLock { state in
            guard !state.isStopped else { return nil }
            let connection = LoopbackConnection(descriptor: descriptor) { [weak self] in self?.record($0) }
            state.connections.append(connection)
            return (connection, state.connections.count - 1)
        }
    }
}
