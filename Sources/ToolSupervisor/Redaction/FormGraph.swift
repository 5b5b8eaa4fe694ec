/// Every form of every secret as one acyclic graph over bytes: a path from a start node to an accepting node spells a form.
///
/// A graph, where the classic multi-pattern matcher has a trie, because a secret's forms multiply: each character is written
/// raw, percent-encoded, as an entity or behind any number of backslashes independently of its neighbours, as encoders differ in what
/// they escape and outputs nest. A trie of all mixtures is exponential; here alternatives join again after each character.
struct FormGraph: Sendable {
    /// An edge: the byte it consumes and the node at its other end.
    struct Edge: Sendable {
        var byte: UInt8
        var node: Int32
    }

    /// Outgoing edges of node `n` are `edges[firstEdge[n] ..< firstEdge[n + 1]]`.
    private let edges: [Edge]
    private let firstEdge: [Int32]
    private let reverseEdges: [Edge]
    private let firstReverseEdge: [Int32]
    /// Whether a path may begin here.
    private let isStart: [Bool]
    /// Whether a path may end here.
    private let accepts: [Bool]
    /// Longest path from a start to the node, in bytes.
    private let depth: [Int32]

    /// Class of each byte; 0 is every byte that no form contains.
    let classes: [UInt8]
    /// A byte of each class but 0.
    let classBytes: [UInt8]
    /// Nodes that one byte reaches from the start nodes, by class.
    let startSteps: [[Int32]]

    init(_ builder: FormGraphBuilder) {
        let count = builder.depths.count
        (edges, firstEdge) = Self.sorted(
            builder.edges.map { ($0.from, Edge(byte: $0.byte, node: $0.to)) },
            nodes: count
        )
        (reverseEdges, firstReverseEdge) = Self.sorted(
            builder.edges.map { ($0.to, Edge(byte: $0.byte, node: $0.from)) },
            nodes: count
        )
        depth = builder.depths
        var starts = [Bool](repeating: false, count: count)
        for node in builder.starts { starts[Int(node)] = true }
        isStart = starts
        var ends = [Bool](repeating: false, count: count)
        for node in builder.ends { ends[Int(node)] = true }
        accepts = ends

        var classes = [UInt8](repeating: 0, count: 256)
        var used: [UInt8] = [0]
        // 256 distinct bytes would need a 257th class; UTF-8 never uses 13 of them.
        for edge in edges where classes[Int(edge.byte)] == 0 {
            classes[Int(edge.byte)] = UInt8(truncatingIfNeeded: used.count)
            used.append(edge.byte)
        }
        self.classes = classes
        classBytes = used
        var steps = [Set<Int32>](repeating: [], count: used.count)
        for node in builder.starts {
            for edge in edges[Self.range(firstEdge, node)] { steps[Int(classes[Int(edge.byte)])].insert(edge.node) }
        }
        startSteps = steps.map { $0.sorted() }
    }

    /// Nodes reached from `nodes` and from every start by the bytes of `byteClass`, sorted, each once.
    func step(_ nodes: [Int32], byteClass: UInt8) -> [Int32] {
        guard byteClass != 0 else { return [] }
        let byte = classBytes[Int(byteClass)]
        var reached = startSteps[Int(byteClass)]
        let fromStarts = reached.count
        for node in nodes {
            for index in Self.range(firstEdge, node) where edges[index].byte == byte {
                reached.append(edges[index].node)
            }
        }
        guard reached.count > fromStarts else { return reached }
        reached.sort()
        var unique: [Int32] = []
        unique.reserveCapacity(reached.count)
        for node in reached where node != unique.last { unique.append(node) }
        return unique
    }

    /// The nodes of `nodes` at which a form is complete.
    func accepting(_ nodes: [Int32]) -> [Int32] { nodes.filter { accepts[Int($0)] } }

    /// The nodes of `nodes` from which a longer form goes on.
    func open(_ nodes: [Int32]) -> [Int32] { nodes.filter { !Self.range(firstEdge, $0).isEmpty } }

    /// How many bytes back a form that is still open at `nodes` may have begun, at most.
    func reach(_ nodes: [Int32]) -> Int { open(nodes).reduce(0) { max($0, Int(depth[Int($1)])) } }

    /// The earliest index in `bytes` at which a path begins that ends at one of `nodes` just before `end`.
    ///
    /// Walks backwards at most as many bytes as the longest form has. `nil` cannot happen for nodes that were reached.
    func earliestStart(of nodes: [Int32], in bytes: ArraySlice<UInt8>, end: Int) -> Int? {
        var current = nodes
        var earliest: Int?
        var index = end
        while !current.isEmpty {
            if current.contains(where: { isStart[Int($0)] }) { earliest = index }
            guard index > bytes.startIndex else { break }
            index -= 1
            let byte = bytes[index]
            var previous: [Int32] = []
            for node in current {
                for edge in Self.range(firstReverseEdge, node) where reverseEdges[edge].byte == byte {
                    let from = reverseEdges[edge].node
                    if !previous.contains(from) { previous.append(from) }
                }
            }
            current = previous
        }
        return earliest
    }

    private static func range(_ first: [Int32], _ node: Int32) -> Range<Int> {
        Int(first[Int(node)])..<Int(first[Int(node) + 1])
    }

    /// Counting sort of edges by their node.
    private static func sorted(_ pairs: [(Int32, Edge)], nodes: Int) -> ([Edge], [Int32]) {
        var first = [Int32](repeating: 0, count: nodes + 1)
        for (node, _) in pairs { first[Int(node) + 1] += 1 }
        for node in 0..<nodes { first[node + 1] += first[node] }
        var next = first
        var sorted = [Edge](repeating: Edge(byte: 0, node: 0), count: pairs.count)
        for (node, edge) in pairs {
            sorted[Int(next[Int(node)])] = edge
            next[Int(node)] += 1
        }
        return (sorted, first)
    }
}
