import NIOCore
import NIOHTTP1

/// Stands before the decoder and ends a connection that sends more than one small request.
///
/// The decoder's own limit on the size of a head is 80 KiB.
final class RequestLimiter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var left: Int

    init(bytes: Int) { left = bytes }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        // Once over, the connection is on its way out and nothing more is looked at.
        guard left >= 0 else { return }
        left -= buffer.readableBytes
        guard left < 0 else { return context.fireChannelRead(data) }
        let response = LocalResponse(status: .requestHeaderFieldsTooLarge, body: "the request is too large\n")
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(response.bytes)).whenComplete { _ in channel.close(promise: nil) }
    }
}
