/// A deterministic automaton over a `FormGraph`, made state by state as the text asks for them.
///
/// One table look-up per byte once a state is known. The table is dropped when it holds `mostStates` states or
/// `mostCells` cells, so that no text can make it large; ordinary text visits a few states.
struct LazyAutomaton: Sendable {
    private static let mostStates = 4096
    private static let mostCells = 1 << 19

    let graph: FormGraph
    /// `table[state * classCount + class]`: next state, or -1 where it is not made yet.
    private var table: [Int32] = []
    private var sets: [[Int32]] = []
    private var accepting: [[Int32]] = []
    private var reaches: [Int] = []
    private var known: [[Int32]: Int32] = [:]
    private let classCount: Int

    /// The state before any byte.
    static let start: Int32 = 0

    init(_ graph: FormGraph) {
        self.graph = graph
        classCount = graph.classBytes.count
        _ = state(of: [])
    }

    /// The first index at or after `index` in `bytes` after whose byte a form is complete, or the end of `bytes`; and the state there.
    mutating func scan(
        _ bytes: [UInt8],
        from index: Int,
        state: Int32
    ) -> (index: Int, state: Int32, found: Bool) {
        var index = index
        var state = state
        let end = bytes.count
        let classes = graph.classes
        while index < end {
            let byteClass = classes[Int(bytes[index])]
            var next = table[Int(state) * classCount + Int(byteClass)]
            if next < 0 { next = make(from: &state, byteClass: byteClass) }
            state = next & Self.stateMask
            index += 1
            if next & Self.acceptsFlag != 0 { return (index, state, true) }
        }
        return (index, state, false)
    }

    /// Nodes at which forms are complete in `state`.
    func accepts(_ state: Int32) -> [Int32] { accepting[Int(state)] }

    /// How many bytes back a form that is open in `state` may have begun, at most.
    func reach(_ state: Int32) -> Int { reaches[Int(state)] }

    /// Nodes of `state` from which a form goes on.
    func open(_ state: Int32) -> [Int32] { graph.open(sets[Int(state)]) }

    // The flag rides in the table, so that the inner loop looks at one number.
    private static let acceptsFlag: Int32 = 1 << 30
    private static let stateMask: Int32 = (1 << 30) - 1

    /// Makes the missing successor of `state`; `state` changes when the table had to be dropped.
    private mutating func make(from state: inout Int32, byteClass: UInt8) -> Int32 {
        let nodes = sets[Int(state)]
        if sets.count >= Self.mostStates || table.count >= Self.mostCells {
            table.removeAll(keepingCapacity: true)
            sets.removeAll(keepingCapacity: true)
            accepting.removeAll(keepingCapacity: true)
            reaches.removeAll(keepingCapacity: true)
            known.removeAll(keepingCapacity: true)
            _ = self.state(of: [])
            state = self.state(of: nodes)
        }
        let next = self.state(of: graph.step(nodes, byteClass: byteClass))
        let entry = accepting[Int(next)].isEmpty ? next : next | Self.acceptsFlag
        table[Int(state) * classCount + Int(byteClass)] = entry
        return entry
    }

    private mutating func state(of nodes: [Int32]) -> Int32 {
        if let state = known[nodes] { return state }
        let state = Int32(sets.count)
        known[nodes] = state
        sets.append(nodes)
        accepting.append(graph.accepting(nodes))
        reaches.append(graph.reach(nodes))
        table.append(contentsOf: repeatElement(-1, count: classCount))
        return state
    }
}
