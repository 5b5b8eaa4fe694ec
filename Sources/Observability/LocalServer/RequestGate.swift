import NIOCore

/// Stands before the decoder and lets no more than one small request pass. (The decoder's own limit on the size of a head is 80 KiB.)
///
/// What comes beyond that is taken and thrown away, within a bound: a client that is still writing when its connection is closed would
/// get an error in place of the answer.
final class RequestGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Bytes that may still pass.
    private var left: Int
    /// Bytes that may still be thrown away.
    private var surplus: Int
    private var isOpen = true

    init(_ limits: LocalServerLimits) {
        left = limits.requestBytes
        surplus = limits.surplusBytes
    }

    /// Nothing passes any more.
    func shut() { isOpen = false }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = unwrapInboundIn(data).readableBytes
        if isOpen {
            left -= count
            if left >= 0 { return context.fireChannelRead(data) }
            isOpen = false
            context.fireUserInboundEventTriggered(ConnectionEvent.tooLarge)
        }
        surplus -= count
        if surplus < 0 { context.close(promise: nil) }
    }
}
