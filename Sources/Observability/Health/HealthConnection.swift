import NIOCore
import NIOHTTP1

/// One connection: one request, one answer, and the end.
///
/// All state is touched on the channel's event loop alone; the answer is made in a task that the connection owns.
final class HealthConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let source: any HealthSource
    private let limits: HealthLimits
    private var hasAnswered = false
    private var deadline: Scheduled<Void>?
    private var answering: Task<Void, Never>?

    init(source: any HealthSource, limits: HealthLimits) {
        self.source = source
        self.limits = limits
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
        let isHead = head.method == .HEAD
        switch HealthRoute.of(head) {
        case .failure(let response): Self.send(response, isHead: isHead, to: context.channel)
        case .success(let route):
            answering = Self.answer(route, from: source, isHead: isHead, to: context.channel)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !hasAnswered, error is HTTPParserError else { return context.close(promise: nil) }
        hasAnswered = true
        Self.send(
            HealthResponse(status: .badRequest, body: "not an HTTP/1 request\n"),
            isHead: false,
            to: context.channel
        )
    }

    /// Ends the connection after `duration`, in place of the deadline before.
    private func expect(_ duration: Duration, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(duration)) { channel.close(promise: nil) }
    }

    private static func answer(
        _ route: HealthRoute,
        from source: any HealthSource,
        isHead: Bool,
        to channel: any Channel
    ) -> Task<Void, Never> {
        Task { send(await route.answer(source), isHead: isHead, to: channel) }
    }

    /// Writes the answer, and closes when the client has taken it. From any thread.
    private static func send(_ response: HealthResponse, isHead: Bool, to channel: any Channel) {
        let head = HTTPResponseHead(version: .http1_1, status: response.status, headers: response.headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        if !isHead {
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: response.body))), promise: nil)
        }
        channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in channel.close(promise: nil) }
    }
}
