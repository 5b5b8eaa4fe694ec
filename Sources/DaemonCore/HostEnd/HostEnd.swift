import AWSClient
import Logging
import Observability

/// What the daemon does about the end of its host besides draining: it takes no task where the end is announced before the first poll,
/// has Auto Scaling hold the end while it drains and let it go afterwards, and then stays until the end.
///
/// It stays because systemd would only start it again, on a host that is no good for any task.
actor HostEnd {
    /// How long the first polls wait for the first look at instance metadata, which on an EC2 instance takes milliseconds.
    static let patience = Duration.seconds(2)

    private let termination: HeldTermination?
    private let toolsEnded: @Sendable () async -> Void
    private let logger: Logger
    private let hasLooked = Latch()
    /// Opens when there is no reason to stay: somebody wants the daemon to end, or the host's end is called off.
    private let isReleased = Latch()
    /// Whether a notice stands.
    private var isAnnounced = false
    /// Whether Auto Scaling ends the instance, and may hold it meanwhile.
    private var isHeld = false
    /// Whether nothing runs here any more, and nothing will.
    private var isIdle = false
    private var isLetGo = false
    private var keeping: Task<Void, Never>?

    /// - Parameters:
    ///   - termination: the hook at which Auto Scaling holds the end; `nil` where there is none.
    ///   - toolsEnded: returns when no tool runs that belongs to no worker's task: what Packer takes down then is worth the wait.
    init(termination: HeldTermination?, toolsEnded: @escaping @Sendable () async -> Void, logger: Logger) {
        self.termination = termination
        self.toolsEnded = toolsEnded
        self.logger = logger
    }

    /// A notice of the end, new or changed. Returns when what is to be done at once is done.
    func noticed(_ notice: InstanceNotice) async {
        isAnnounced = true
        guard case .autoScaling = notice else { return }
        isHeld = true
        if isIdle { return await letGo() }
        if let termination, keeping == nil { keeping = Task { await termination.keep() } }
    }

    /// A look at instance metadata is over.
    ///
    /// - Parameter isAnnounced: whether a notice stands, by that look or, where it failed, by the one before.
    func looked(isAnnounced: Bool) {
        if self.isAnnounced && !isAnnounced {
            logger.notice("this host does not end after all; builderd ends, to be started anew")
            // What Auto Scaling might hold later is another end, with a notice of its own.
            isHeld = false
            keeping?.cancel()
            keeping = nil
            isReleased.open()
        }
        self.isAnnounced = isAnnounced
        hasLooked.open()
    }

    /// Somebody wants the daemon to end: it does not stay.
    nonisolated func release() { isReleased.open() }

    /// Returns when instance metadata has been looked at, and at the latest after `patience`: what it announces is known by then.
    nonisolated func firstLook(patience: Duration = patience) async {
        let hasLooked = hasLooked
        let timer = Task {
            try? await Task.sleep(for: patience)
            hasLooked.open()
        }
        await hasLooked.wait()
        timer.cancel()
    }

    /// No worker runs any more. Lets the host end, where that is announced, and stays until somebody wants the daemon to end.
    ///
    /// - Parameter isHandedOver: whether tasks were left to the next start, whose matter the host's end is then.
    func workersEnded(isHandedOver: Bool) async {
        defer { keeping?.cancel() }
        guard !isHandedOver else { return }
        if isAnnounced { await toolsEnded() }
        isIdle = true
        if isHeld { await letGo() }
        guard isAnnounced else { return }
        logger.notice(
            "nothing is left to do on this host: no task is taken any more, and builderd waits for the host's end"
        )
        await isReleased.wait()
    }

    private func letGo() async {
        keeping?.cancel()
        guard !isLetGo else { return }
        isLetGo = true
        await termination?.letGo()
    }
}
