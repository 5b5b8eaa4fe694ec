import CCurl
import Glibc
import Synchronization

/// The exchanges that the transport's thread has taken: waiting, under way, and ended but not yet told.
///
/// Belongs to the thread alone.
struct ActiveExchanges {
    private let multi: MultiHandle
    private let proxies: ProxyRules
    private let caBundlePath: String?
    private let maximumCount: Int

    private var waiting: [Submission] = []
    /// First of `waiting` that has not been taken, so that taking it moves nothing.
    private var waitingStart = 0
    private var active: [EasyHandle] = []
    private var pool: [EasyHandle] = []
    private var ended: [(Submission, Result<HTTPResponse, TransportError>)] = []

    init(multi: MultiHandle, proxies: ProxyRules, caBundlePath: String?, maximumCount: Int) {
        self.multi = multi
        self.proxies = proxies
        self.caBundlePath = caBundlePath
        self.maximumCount = maximumCount
    }

    /// Takes submissions, in order.
    ///
    /// A cancellation that came before its submission has been noticed in vain, so it is looked for here.
    mutating func enqueue(_ submissions: [Submission]) {
        for submission in submissions {
            if submission.ticket.isCancelled.load(ordering: .acquiring) {
                ended.append((submission, .failure(Self.cancelledError)))
            } else {
                waiting.append(submission)
            }
        }
    }

    /// Starts what may start, lets libcurl work, and tells callers what has ended.
    mutating func advance() {
        startWaiting()
        let result = multi.perform()
        if result != CURLM_OK {
            // Never seen: libcurl has no memory or its handle is broken. Every caller hears of it.
            failActive("libcurl multi result \(result.rawValue)")
            pause()
        }
        while let (easy, result) = multi.nextDone() { finish(easy) { $0.outcome(result) } }
        if waitingStart < waiting.count {
            expireWaiting()
            startWaiting()
        }
        tellCallers()
    }

    /// Sleeps until there is something to do.
    func wait() {
        var milliseconds = Int(Int32.max)
        for submission in waiting[waitingStart...] {
            milliseconds = min(milliseconds, max(0, (submission.ticket.deadline - .now).wholeMilliseconds))
        }
        if multi.poll(milliseconds: Int32(milliseconds)) != CURLM_OK { pause() }
    }

    /// Ends the exchanges whose callers were cancelled.
    mutating func dropCancelled() {
        for easy in active where easy.submission?.ticket.isCancelled.load(ordering: .acquiring) == true {
            finish(easy) { .failure($0.fail(.cancelled, "the calling task was cancelled")) }
        }
        endWaiting { submission in
            submission.ticket.isCancelled.load(ordering: .acquiring) ? Self.cancelledError : nil
        }
    }

    /// Ends all exchanges because the transport is shut down.
    mutating func endAll() {
        for easy in active { finish(easy) { .failure($0.fail(.shutDown, "the transport has been shut down")) } }
        endWaiting { _ in
            TransportError(.shutDown, "the transport has been shut down", mayHaveBeenSent: false)
        }
        tellCallers()
        pool.removeAll()
    }

    /// libcurl has no memory or descriptors: go on, but not in a busy loop.
    private func pause() { _ = poll(nil, 0, 10) }

    private static var cancelledError: TransportError {
        TransportError(.cancelled, "the calling task was cancelled", mayHaveBeenSent: false)
    }

    private mutating func startWaiting() {
        while active.count < maximumCount, waitingStart < waiting.count {
            start(waiting[waitingStart])
            waitingStart += 1
        }
        if waitingStart == waiting.count {
            waiting.removeAll(keepingCapacity: waitingStart < 1024)
            waitingStart = 0
        }
    }

    private mutating func start(_ submission: Submission) {
        do throws(TransportError) {
            let easy = if let pooled = pool.popLast() { pooled } else { try EasyHandle(caBundlePath: caBundlePath) }
            do throws(TransportError) {
                try easy.prepare(submission, proxies: proxies)
            } catch {
                pool.append(easy)
                throw error
            }
            let result = multi.add(easy)
            guard result == CURLM_OK else {
                throw TransportError(.other, "libcurl multi result \(result.rawValue)", mayHaveBeenSent: false)
            }
            easy.activeIndex = active.count
            active.append(easy)
        } catch {
            ended.append((submission, .failure(error)))
        }
    }

    /// Takes `easy` out, notes its outcome and puts it into the pool.
    private mutating func finish(_ easy: EasyHandle, _ outcome: (EasyHandle) -> Result<HTTPResponse, TransportError>) {
        guard let submission = easy.submission else { return }
        multi.remove(easy)
        ended.append((submission, outcome(easy)))
        easy.recycle()
        let last = active.removeLast()
        if last !== easy {
            active[easy.activeIndex] = last
            last.activeIndex = easy.activeIndex
        }
        pool.append(easy)
    }

    private mutating func failActive(_ text: String) {
        for easy in active { finish(easy) { .failure($0.fail(.other, text)) } }
    }

    private mutating func expireWaiting() {
        let now = ContinuousClock.now
        endWaiting { [maximumCount] submission in
            guard submission.ticket.deadline <= now else { return nil }
            return TransportError(
                .deadline,
                "timed out after \(submission.ticket.request.limits.whole) waiting for one of \(maximumCount) connections",
                mayHaveBeenSent: false
            )
        }
    }

    private mutating func endWaiting(_ reason: (Submission) -> TransportError?) {
        var kept: [Submission] = []
        for submission in waiting[waitingStart...] {
            if let error = reason(submission) {
                ended.append((submission, .failure(error)))
            } else {
                kept.append(submission)
            }
        }
        waiting = kept
        waitingStart = 0
    }

    /// Resumes callers last, all together, when the state is settled.
    private mutating func tellCallers() {
        for (submission, outcome) in ended { submission.continuation.resume(returning: outcome) }
        ended.removeAll(keepingCapacity: true)
    }
}
