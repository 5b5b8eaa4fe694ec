import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection of the fake server: gathers a request, passes it on, writes what it is told.
final class FakeConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let server: FakeStepFunctions
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(server: FakeStepFunctions) { self.server = server }

    func channelActive(context: ChannelHandlerContext) {
        server.connected()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let part): body.append(contentsOf: part.readableBytesView)
        case .end:
            guard let head else { return }
            let request = ReceivedRequest(
                method: head.method.rawValue,
                target: head.uri,
                headers: head.headers.map { ($0.name, $0.value) },
                body: body
            )
            server.receive(request, from: FakeClient(channel: context.channel))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        server.disconnected(FakeClient(channel: context.channel))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// The client's end of a connection, as the server sees it.
struct FakeClient: Sendable {
    let channel: any Channel

    var key: ObjectIdentifier { ObjectIdentifier(channel) }

    /// Sends an answer, with a request id if it is the service's own and not of something in between. Truncated, half of its body is
    /// sent and the connection closed.
    func send(
        status: Int,
        contentType: String,
        date: String,
        body: String,
        isServices: Bool = true,
        truncated: Bool = false
    ) {
        let bytes = Array(body.utf8)
        var buffer = channel.allocator.buffer(capacity: bytes.count + 256)
        buffer.writeString(
            "HTTP/1.1 \(status) Status\r\nContent-Type: \(contentType)\r\nContent-Length: \(max(bytes.count, truncated ? 64 : 0))\r\n"
        )
        let requestID = isServices ? "x-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\n" : ""
        buffer.writeString("Date: \(date)\r\n\(requestID)\r\n")
        buffer.writeBytes(truncated ? bytes[..<(bytes.count / 2)] : bytes[...])
        let written = channel.writeAndFlush(buffer)
        if truncated { written.whenComplete { [channel] _ in channel.close(promise: nil) } }
    }

    func close() { channel.close(promise: nil) }

    /// Closes with RST instead of FIN.
    func reset() {
        guard let socket = channel as? any SocketOptionProvider else { return close() }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { [channel] _ in channel.close(promise: nil) }
    }
}
