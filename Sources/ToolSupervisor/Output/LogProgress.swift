/// Keeps `logged.json` behind what is really out: lines that still wait in this process would be lost with it.
struct LogProgress {
    private let pacing: (any LinePacing)?
    private var kept: LoggedOutput
    /// A place that was reached, and what has to be out before it may be kept.
    private var next: (place: LoggedOutput, mark: Int)?

    init(from place: LoggedOutput, pacing: (any LinePacing)?) {
        self.pacing = pacing
        kept = place
    }

    /// All lines before `place` were handed on. One that waits to be kept is not overtaken, except by the final one.
    mutating func reach(_ place: LoggedOutput, isFinal: Bool) {
        if next == nil || isFinal, place != kept {
            next = (place, pacing?.mark ?? 0)
        }
    }

    /// Whether the last place that was reached stands in the file.
    var isKept: Bool { next == nil }

    /// Writes the file when what was handed on is out. A full work folder: lines may be repeated by a successor, none is lost.
    mutating func keep(in folder: ToolFolder) {
        guard let waiting = next, pacing?.hasPassed(waiting.mark) ?? true else { return }
        if waiting.place == kept || (try? waiting.place.write(folder: folder)) != nil {
            kept = waiting.place
            next = nil
        }
    }
}
