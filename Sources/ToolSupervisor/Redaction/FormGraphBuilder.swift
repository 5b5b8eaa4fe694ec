/// Collects nodes and edges of a `FormGraph`.
struct FormGraphBuilder {
    /// One edge; `from` has its final depth when the edge is added.
    struct Edge {
        var from: Int32
        var byte: UInt8
        var to: Int32
    }

    private(set) var edges: [Edge] = []
    /// Longest path to each node, in bytes.
    private(set) var depths: [Int32] = []
    private(set) var starts: [Int32] = []
    private(set) var ends: [Int32] = []

    /// A node at which a form may begin.
    mutating func start() -> Int32 {
        let node = self.node()
        starts.append(node)
        return node
    }

    /// Marks `node` as the end of a form.
    mutating func end(_ node: Int32) { ends.append(node) }

    /// A node without edges.
    mutating func node() -> Int32 {
        depths.append(0)
        return Int32(depths.count - 1)
    }

    /// An edge from `from` by each byte of `choices` to `to`.
    mutating func connect(_ from: Int32, _ choices: [UInt8], _ to: Int32) {
        for byte in choices { edges.append(Edge(from: from, byte: byte, to: to)) }
        depths[Int(to)] = max(depths[Int(to)], depths[Int(from)] + 1)
    }

    /// A path from `from` to `to`, one edge for each of `bytes`, which must not be empty.
    mutating func path(_ from: Int32, _ bytes: [UInt8], to: Int32) {
        path(from, choices: bytes.map { [$0] }, to: to)
    }

    /// A path from `from` to `to` with several bytes allowed at each place.
    mutating func path(_ from: Int32, choices: [[UInt8]], to: Int32) {
        var current = from
        for choice in choices.dropLast() {
            let next = node()
            connect(current, choice, next)
            current = next
        }
        if let last = choices.last { connect(current, last, to) }
    }
}
