import Synchronization

/// Follows one tool through its folder, whether this daemon started it or an earlier one did: hands on its output, and sees when it is
/// over, when its supervisor is gone, and when it is to be left to a successor.
struct ToolFollower: Sendable {
    /// What the daemon wants of the tool, told from any thread.
    final class Wish: Sendable {
        private struct State {
            var isLeaving = false
            var stopAsked: ContinuousClock.Instant?
            /// What the `stop` file says; `nil` while it is to be written.
            var told: Duration??
        }
        private let state = Mutex(State())
        private let stopBy: @Sendable () -> Duration?

        /// - Parameter stopBy: since boot, when a tool that is being stopped is to be dead, whatever its grace; asked again as it stops.
        init(stopBy: @escaping @Sendable () -> Duration? = { nil }) { self.stopBy = stopBy }

        /// The tool is to run on without this daemon.
        func leave() { state.withLock { $0.isLeaving = true } }

        /// The tool is to be stopped, now for the first time.
        func stop(_ folder: ToolFolder) {
            state.withLock { $0.stopAsked = $0.stopAsked ?? .now }
            tell(folder)
        }

        /// Writes the `stop` file where it is not there, or does not say what it is to say.
        func tell(_ folder: ToolFolder) {
            let deadline = stopBy()
            state.withLock { state in
                if let told = state.told, told == deadline, folder.has(ToolFolder.stop) { return }
                // A full work folder: `ToolFollower` tries again.
                if (try? folder.askToStop(by: deadline)) != nil { state.told = .some(deadline) }
            }
        }

        var isLeaving: Bool { state.withLock { $0.isLeaving } }
        var stopAsked: ContinuousClock.Instant? { state.withLock { $0.stopAsked } }
    }

    /// How following ended.
    enum Ending: Sendable {
        /// `exit.json` or `failed.json` is there.
        case over
        /// The supervisor is gone without either.
        case supervisorGone
        /// It runs on.
        case left
    }

    /// A supervisor that does not end its tool this long after the grace is killed itself.
    private static let patience = Duration.seconds(30)

    /// How long at most the lines of a tool that is over wait for room in a log that is slow; what finds none then is the log's to count.
    private static let longestWait = Duration.seconds(120)

    /// How long the log of a tool that is left has to get its lines out, before the successor is told where to go on.
    private static let leaving = Duration.seconds(3)

    /// Chunks of each stream that are read before the wish is looked at again: 4 MiB.
    private static let roundsAtOnce = 256

    let folder: ToolFolder
    let grace: Duration
    let redactor: Redactor
    let wish: Wish
    let tick: ToolRunner.Tick
    let pacing: (any LinePacing)?
    let onLine: ToolRunner.LineHandler

    func run() async -> Result<Ending, ToolError> {
        do throws(SystemError) {
            let logged = LoggedOutput.load(folder: folder)
            // The output's files are there once something was started, and may never be.
            while !folder.has(StartRecord.name) {
                let ending = try ending()
                if folder.has(StartRecord.name) { break }
                if let ending { return .success(ending) }
                await tick()
            }
            var output = try OutputTail(folder.outputPath, stream: .stdout, redactor: redactor, from: logged.stdout)
            var error = try OutputTail(folder.errorPath, stream: .stderr, redactor: redactor, from: logged.stderr)
            var progress = LogProgress(from: logged, pacing: pacing)
            while true {
                // Looked at before the files are read, so that the last round comes after the end.
                let ending = try ending()
                let isDry = try await drain(&output, &error, toTheEnd: ending == .over || ending == .supervisorGone)
                switch ending {
                case .over, .supervisorGone:
                    output.finish(onLine)
                    error.finish(onLine)
                case .left:
                    output.handOver(onLine)
                    error.handOver(onLine)
                case nil: break
                }
                let now = LoggedOutput(stdout: output.resumePoint, stderr: error.resumePoint)
                progress.keep(in: folder)
                progress.reach(now, isFinal: ending != nil)
                progress.keep(in: folder)
                if ending == .left { await awaitLog(&progress) }
                if let ending { return .success(ending) }
                if isDry { await tick() }
            }
        } catch {
            return .failure(
                ToolError(
                    .output,
                    message: "cannot read \(folder.path): \(error)",
                    next: "look at the files there themselves",
                    number: error.number
                )
            )
        }
    }

    /// Lines that do not get out in time are read again by the successor: rather twice in the log than never.
    private func awaitLog(_ progress: inout LogProgress) async {
        let deadline = ContinuousClock.now + Self.leaving
        while !progress.isKept, ContinuousClock.now < deadline {
            await tick()
            progress.keep(in: folder)
        }
    }

    private func ending() throws(SystemError) -> Ending? {
        // In this order: a supervisor writes its record and then lets go of the lock.
        let isHeld = try FolderLock.isHeld(in: folder)
        if folder.isOver { return .over }
        if !isHeld { return .supervisorGone }
        if wish.isLeaving { return .left }
        if let asked = wish.stopAsked {
            wish.tell(folder)
            if ContinuousClock.now > asked + grace + Self.patience { killSupervisor() }
        }
        return nil
    }

    /// It hangs or is stopped itself. Its death ends the tool's leader by PR_SET_PDEATHSIG, and the rest is ended as a left-over.
    private func killSupervisor() {
        guard let record = try? StartRecord.load(folder: folder.path),
            let process = ProcessIdentity.read(record.supervisor), process.startTime == record.supervisorStartTime
        else { return }
        process.send(signal: 9)
    }

    /// Hands on what there is. While the tool runs it returns in the middle of a flood, `false` then: a wish must not wait for its end. It
    /// returns, too, when the lines are to be held back; at the tool's end it waits then, unless that would be in vain or takes too long, or
    /// the task's time is over: the tool's result must not wait for its log.
    private func drain(
        _ output: inout OutputTail,
        _ error: inout OutputTail,
        toTheEnd: Bool
    ) async throws(SystemError) -> Bool {
        var rounds = 0
        let deadline = ContinuousClock.now + Self.longestWait
        while true {
            if let pacing, !pacing.hasRoom {
                if !toTheEnd { return true }
                if !pacing.isStalled, wish.stopAsked == nil, ContinuousClock.now < deadline {
                    await tick()
                    continue
                }
            }
            let hadOutput = try output.advance(onLine)
            let hadError = try error.advance(onLine)
            guard hadOutput || hadError else { return true }
            rounds += 1
            if !toTheEnd, rounds == Self.roundsAtOnce { return false }
            // A tool that floods must not keep a thread from the others.
            if rounds % 64 == 0 { await Task.yield() }
        }
    }
}
