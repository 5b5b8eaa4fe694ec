import NIOCore
import NIOHTTP1

/// One connection: one request, one answer, and the end.
///
/// After the answer the server's side is shut, and the client has a moment to read it and to hang up; what it still sends is thrown away.
/// All state is touched on the channel's event loop alone; the answer is made in a task that the connection owns.
final class LocalConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let service: any LocalService
    private let limits: LocalServerLimits
    private let peer: SocketPeer?
    private let gate: RequestGate
    private let connections: OpenConnections
    private let number: ConnectionRoom.Number
    /// Whether there is a place for it.
    private var isAdmitted: Bool
    private var hasAnswered = false
    private var isClosing = false
    private var isInputClosed = false
    private var deadline: Scheduled<Void>?
    private var answering: Task<Void, Never>?

    /// - Parameters:
    ///   - peer: who is at the other end.
    ///   - gate: the handler before the decoder.
    ///   - place: what `connections` has said of it.
    init(
        service: any LocalService,
        limits: LocalServerLimits,
        peer: SocketPeer?,
        gate: RequestGate,
        connections: OpenConnections,
        place: (number: ConnectionRoom.Number, isAdmitted: Bool)
    ) {
        self.service = service
        self.limits = limits
        self.peer = peer
        self.gate = gate
        self.connections = connections
        number = place.number
        isAdmitted = place.isAdmitted
    }

    func handlerAdded(context: ChannelHandlerContext) { expect(limits.headDeadline, context) }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        answering?.cancel()
    }

    func channelActive(context: ChannelHandlerContext) {
        if !isAdmitted { refuse(.busy, context) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data), !hasAnswered else { return }
        if let refusal = Self.refusal(of: head) { return refuse(refusal, context, isHead: head.method == .HEAD) }
        hasAnswered = true
        connections.asked(number)
        expect(limits.answerDeadline, context)
        answer(head, context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ConnectionEvent.displaced:
            isAdmitted = false
            // Of many that were accepted at once it may have to go before it can be written to: then it is told when it can.
            if context.channel.isActive { refuse(.busy, context) }
        case ConnectionEvent.tooLarge:
            refuse(
                LocalResponse(status: .requestHeaderFieldsTooLarge, body: "the request is too large\n"),
                context
            )
        case ChannelEvent.inputClosed:
            isInputClosed = true
            // A client that only shuts its writing side after its request still gets its answer.
            if !hasAnswered || isClosing { context.close(promise: nil) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.close(promise: nil) }
        // After the request, what a client sends is not looked at.
        refuse(LocalResponse(status: .badRequest, body: "not an HTTP/1 request\n"), context)
    }

    /// No request here has a body: what it asks for stands in its head.
    private static func refusal(of head: HTTPRequestHead) -> LocalResponse? {
        let lengths = head.headers["Content-Length"]
        guard lengths.allSatisfy({ $0 == "0" }), head.headers["Transfer-Encoding"].isEmpty else {
            return LocalResponse(status: .payloadTooLarge, body: "no request here has a body\n")
        }
        return nil
    }

    /// Answers so in place of the service, unless there is an answer already.
    private func refuse(_ response: LocalResponse, _ context: ChannelHandlerContext, isHead: Bool = false) {
        guard !hasAnswered else { return }
        hasAnswered = true
        expect(limits.answerDeadline, context)
        send(response, isHead: isHead, context)
    }

    /// Ends the connection after `duration`, in place of the deadline before.
    private func expect(_ duration: Duration, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(duration)) { channel.close(promise: nil) }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let request = LocalRequest(method: head.method.rawValue, uri: head.uri, peer: peer)
        let isHead = head.method == .HEAD
        let service = self.service
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        answering = Task {
            let response = await service.answer(request)
            loop.execute {
                let (connection, context) = bound.value
                connection.send(response, isHead: isHead, context)
            }
        }
    }

    /// Writes the answer, and begins to close when the client has taken it.
    private func send(_ response: LocalResponse, isHead: Bool, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let head = HTTPResponseHead(version: .http1_1, status: response.status, headers: response.headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !isHead {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: response.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { result in
            guard case .success = result, !self.isInputClosed else { return context.close(promise: nil) }
            self.close(context)
        }
    }

    private func close(_ context: ChannelHandlerContext) {
        isClosing = true
        gate.shut()
        expect(limits.closeDeadline, context)
        context.close(mode: .output, promise: nil)
        connections.closes(number)
    }
}

extension LocalResponse {
    /// The answer to one for whom there is no place.
    fileprivate static let busy = LocalResponse(
        status: .serviceUnavailable,
        body: "too many connections; ask again in a moment\n",
        extra: [("Retry-After", "1")]
    )
}
