import Dispatch
import Glibc

/// The signals that a view on a terminal has to see: what ends it, what stops it and lets it go on, and that
/// the window has another size.
enum TerminalSignals {
    /// Those that end or stop the process when nobody sees them.
    static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    /// Hands each signal on to `take` until the result is cancelled. From now on they no longer do what they do by themselves.
    static func watch(_ take: @escaping @Sendable (Int32) -> Void) -> [any DispatchSourceSignal] {
        let queue = DispatchQueue(label: "builderctl.signals")
        return (ending + [SIGTSTP, SIGCONT, SIGWINCH]).map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { take(number) }
            source.resume()
            return source
        }
    }

    /// Ends the process as `number` would have, so that the shell sees why.
    static func end(by number: Int32) -> Never {
        _ = signal(number, SIG_DFL)
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, number)
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(number)
        // Not reached: the default of each of them is the end.
        exit(128 + number)
    }
}
