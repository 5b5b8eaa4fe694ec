import DaemonCore
import Dispatch
import FoundationEssentials
import Glibc

/// `builderctl status --watch`: one look after the other, until a signal ends it.
struct StatusWatch {
    let client: DaemonClient
    let interval: Duration
    let style: Style
    /// Whether the terminal shows them in one place; else one follows the other.
    let isLive: Bool

    private enum Event: Sendable {
        case seen(Result<StatusDocument, ClientProblem>)
        case signal(Int32)
    }

    /// Ends only by a signal or an error.
    ///
    /// - Throws: `ClientProblem` when the first look fails, or a later one other than by the daemon's absence: that is said and waited
    ///   out, as it may be restarting.
    func run() async throws {
        let (events, feed) = AsyncStream.makeStream(
            of: Event.self,
            // A terminal that is held (Ctrl-S) must not make it grow.
            bufferingPolicy: .bufferingNewest(16)
        )
        let signals = isLive ? TerminalSignals.watch { feed.yield(.signal($0)) } : []
        defer { for source in signals { source.cancel() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    feed.yield(.seen(await look()))
                    try await Task.sleep(for: interval)
                }
            }
            defer { group.cancelAll() }
            try await show(events)
        }
    }

    private func look() async -> Result<StatusDocument, ClientProblem> {
        do throws(ClientProblem) {
            return .success(try await client.status().document)
        } catch {
            return .failure(error)
        }
    }

    private func show(_ events: AsyncStream<Event>) async throws {
        var screen = LiveScreen(style: style)
        var last: (look: Result<StatusDocument, ClientProblem>, at: Date)?
        do {
            for await event in events {
                switch event {
                case .seen(let look):
                    if case .failure(let problem) = look, last == nil || problem.status != .unavailable {
                        throw problem
                    }
                    let isFirst = last == nil
                    last = (look, .now)
                    if !isLive { try Screen.write(isFirst ? "" : "\n") }
                case .signal(SIGWINCH), .signal(SIGCONT): break
                case .signal(SIGTSTP):
                    screen.leave()
                    // To this thread, so that it stops here and not after the screen is taken again.
                    raise(SIGSTOP)
                case .signal(let number):
                    screen.leave()
                    TerminalSignals.end(by: number)
                }
                guard let last else { continue }
                if let size = Terminal.size, isLive {
                    try screen.show(lines(last.look, last.at, size.columns, size.rows))
                } else {
                    try Screen.write(lines(last.look, last.at, Terminal.width, nil), style)
                }
            }
        } catch {
            screen.leave()
            throw error
        }
    }

    private func lines(
        _ look: Result<StatusDocument, ClientProblem>,
        _ time: Date,
        _ width: Int?,
        _ height: Int?
    ) -> [StyledLine] {
        switch look {
        case .success(let document):
            let view = StatusView(document: document, width: width, now: time)
            return height.map { view.lines(height: $0) } ?? view.lines
        case .failure(let problem):
            let texts: [(String, Style.Tone)] = [(problem.message, .bad), (problem.next, .plain)]
            let lines = texts.flatMap { text, tone in
                width.map { StyledLine.wrapped(text, tone, width: $0) } ?? [StyledLine(text, tone)]
            }
            return height.map { Array(lines.prefix($0)) } ?? lines
        }
    }
}
