/// What became of one record.
package enum LogSinkAnswer: Sendable, Hashable {
    /// It is out.
    case taken
    /// There is no room for it now; it is tried again when the descriptor can be written to.
    case full(descriptor: Int32)
    /// Nobody is there to take it, or the system is short of something; it is tried again in a while.
    case away
    /// It will never be taken.
    case refused
}
