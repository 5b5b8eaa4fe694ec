import NIOCore
import NIOHTTP1

/// One connection: one request, one answer, and the end.
///
/// All state is touched on the channel's event loop alone; the answer is made in a task that the connection owns.
final class LocalConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let service: any LocalService
    private let limits: LocalServerLimits
    /// The socket file's.
    private let group: UInt32
    private var hasAnswered = false
    private var deadline: Scheduled<Void>?
    private var answering: Task<Void, Never>?

    init(service: any LocalService, limits: LocalServerLimits, group: UInt32) {
        self.service = service
        self.limits = limits
        self.group = group
    }

    func handlerAdded(context: ChannelHandlerContext) { expect(limits.headDeadline, context) }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        answering?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data), !hasAnswered else { return }
        hasAnswered = true
        expect(limits.answerDeadline, context)
        if let refusal = Self.refusal(of: head) {
            Self.send(refusal, isHead: head.method == .HEAD, to: context.channel)
        } else {
            answering = Self.answer(head, from: service, of: group, to: context.channel)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !hasAnswered, error is HTTPParserError else { return context.close(promise: nil) }
        hasAnswered = true
        Self.send(
            LocalResponse(status: .badRequest, body: "not an HTTP/1 request\n"),
            isHead: false,
            to: context.channel
        )
    }

    /// No request here has a body: what it asks for stands in its head.
    private static func refusal(of head: HTTPRequestHead) -> LocalResponse? {
        let lengths = head.headers["Content-Length"]
        guard lengths.allSatisfy({ $0 == "0" }), head.headers["Transfer-Encoding"].isEmpty else {
            return LocalResponse(status: .payloadTooLarge, body: "no request here has a body\n")
        }
        return nil
    }

    /// Ends the connection after `duration`, in place of the deadline before.
    private func expect(_ duration: Duration, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(duration)) { channel.close(promise: nil) }
    }

    private static func answer(
        _ head: HTTPRequestHead,
        from service: any LocalService,
        of group: UInt32,
        to channel: any Channel
    ) -> Task<Void, Never> {
        let peer = SocketPeer.of(channel, group: group)
        return Task {
            let request = LocalRequest(
                method: head.method.rawValue,
                uri: head.uri,
                peer: try? await peer.get()
            )
            send(await service.answer(request), isHead: head.method == .HEAD, to: channel)
        }
    }

    /// Writes the answer, and closes when the client has taken it. From any thread.
    private static func send(_ response: LocalResponse, isHead: Bool, to channel: any Channel) {
        let head = HTTPResponseHead(version: .http1_1, status: response.status, headers: response.headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        if !isHead {
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: response.body))), promise: nil)
        }
        channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in channel.close(promise: nil) }
    }
}
