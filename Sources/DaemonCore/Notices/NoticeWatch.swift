import AWSClient
import Logging
import ServiceLifecycle

/// Looks for notices that this host's instance is about to go away, and hands on each new one.
///
/// `run()` returns at once where instance metadata is switched off, and else when its task is cancelled or the service group shuts
/// down; so give the service `successTerminationBehavior: .ignore`.
struct NoticeWatch: Service {
    private let notices: InstanceNotices
    private let logger: Logger
    private let noticed: @Sendable (InstanceNotice) async -> Void
    private let looked: @Sendable (_ isAnnounced: Bool) async -> Void

    /// A watch; nothing is asked yet.
    ///
    /// - Parameters:
    ///   - looked: called after each look, and once where metadata is switched off, with whether a notice stands that was handed on.
    ///   - noticed: called once for each new notice, before the next look: one that stays is not told again, one that changes or comes
    ///     back is.
    init(
        notices: InstanceNotices,
        logger: Logger,
        looked: @escaping @Sendable (_ isAnnounced: Bool) async -> Void = { _ in },
        noticed: @escaping @Sendable (InstanceNotice) async -> Void
    ) {
        self.notices = notices
        self.logger = logger
        self.looked = looked
        self.noticed = noticed
    }

    func run() async {
        await cancelWhenGracefulShutdown {
            await run { wait throws(CancellationError) in
                do {
                    // What a second more or less costs is little of the two minutes; timers that fire together cost less.
                    try await Task.sleep(for: wait, tolerance: wait / 5)
                } catch {
                    throw CancellationError()
                }
            }
        }
    }

    /// Looks at once and after each pause, until `pause` throws or the task is cancelled.
    func run(pause: (Duration) async throws(CancellationError) -> Void) async {
        guard !notices.isDisabled else {
            logger.info("no watch for spot and Auto Scaling notices: AWS_EC2_METADATA_DISABLED is true")
            await looked(false)
            return
        }
        var pace = NoticePace()
        var told = ToldNotices()
        do throws(CancellationError) {
            while true {
                let wait: Duration
                do throws(AWSError) {
                    try await look(&told, &pace)
                    if pace.failures > 0 {
                        logger.notice("instance metadata answers; spot and Auto Scaling notices are seen")
                    }
                    wait = pace.answered()
                } catch {
                    if error.kind == .cancelled { return }
                    if error.code == .malformedAnswer { pace.reached() }
                    wait = pace.failed()
                    say(error, pace, wait)
                }
                await looked(told.isAny)
                try await pause(wait)
            }
        } catch {
            // The end of the watch.
        }
    }

    private func look(_ told: inout ToldNotices, _ pace: inout NoticePace) async throws(AWSError) {
        let spot = try await notices.spotInterruption().map(InstanceNotice.spot)
        pace.reached()
        if let new = told.spot(spot) { await noticed(new) }
        // After the other has been told, so that its failure cannot hold that up.
        let state = try await notices.targetLifecycleState()
        let scaling = state.flatMap { $0.endsInstance ? InstanceNotice.autoScaling($0) : nil }
        if let new = told.autoScaling(scaling) { await noticed(new) }
    }

    /// Once for each time that metadata goes away.
    private func say(_ error: AWSError, _ pace: NoticePace, _ wait: Duration) {
        guard pace.failures == 1 else { return }
        if pace.wasReached {
            logger.warning("spot and Auto Scaling notices are not seen for now: \(error.message)")
        } else {
            logger.info(
                "no spot or Auto Scaling notices here, looking again every \(wait / .seconds(60)) min: \(error.message)"
            )
        }
    }
}
