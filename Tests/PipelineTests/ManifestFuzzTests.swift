import Pipeline
import Testing

@Suite struct ManifestFuzzTests {
    /// A generator that a seed determines (SplitMix64), so that a failure can be run again.
    struct Chance: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    @Test(arguments: UInt64(0)..<20)
    func `no mutation of the text crashes, and every refusal names a place`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let yaml = Array(Samples.manifest.utf8)
        let json = Array(try Samples.node(Samples.manifest).json.canonicalText.utf8)
        let splices: [[UInt8]] = [
            "{", "}", "[", "]", ":", "- ", "\"", "'", "&a ", "*a", "? ", "\n", "\n\n  ", "!!x ", "|", "no", "\u{0}",
            "\\u", "é",
        ].map { Array($0.utf8) }
        for round in 0..<150 {
            var bytes = round.isMultiple(of: 2) ? yaml : json
            for _ in 0..<Int.random(in: 1...4, using: &chance) {
                let place = Int.random(in: 0..<bytes.count, using: &chance)
                switch Int.random(in: 0..<4, using: &chance) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &chance)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &chance)))
                case 2: bytes.insert(contentsOf: splices.randomElement(using: &chance) ?? [], at: place)
                default:
                    bytes.insert(
                        contentsOf: bytes[place..<min(bytes.count, place + 60)],
                        at: Int.random(in: 0..<bytes.count, using: &chance)
                    )
                }
                if bytes.isEmpty { bytes = [0x61] }
            }
            do throws(DocumentProblems) {
                let node = try DocumentReader(document: "manifest").read(bytes)
                _ = try ApplicationManifest(document: node)
            } catch {
                check(error, seed, round)
            }
        }
    }

    @Test(arguments: UInt64(100)..<120)
    func `no change of the tree crashes, and what is wrong is named at its path`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let tree = try Samples.node(Samples.manifest).json
        for round in 0..<150 {
            let changed = mutate(tree, path: "", depth: 0, using: &chance)
            do throws(DocumentProblems) {
                _ = try ApplicationManifest(document: DocumentNode(changed.value))
            } catch {
                check(error, seed, round)
                // The problem is at the changed place, above it (a missing key) or beneath it.
                let place = changed.path
                #expect(
                    error.problems.contains {
                        place.hasPrefix($0.path) || $0.path.hasPrefix(place) || $0.path == "(document)"
                            || $0.path.hasPrefix("spec.release") || $0.path.hasPrefix("spec.secrets")
                    },
                    "seed \(seed), round \(round): changed \(place), problems \(error.problems.map(\.path))"
                )
            }
        }
    }

    private func check(_ error: DocumentProblems, _ seed: UInt64, _ round: Int) {
        #expect(!error.problems.isEmpty)
        for problem in error.problems {
            #expect(
                !problem.path.isEmpty && !problem.found.isEmpty && !problem.allowed.isEmpty && !problem.fix.isEmpty,
                "seed \(seed), round \(round)"
            )
            #expect(!problem.rendered.contains("\n"), "seed \(seed), round \(round): \(problem)")
            #expect(
                !problem.fix.contains("defect"),
                "seed \(seed), round \(round): schema and type disagree: \(problem)"
            )
        }
    }

    /// The tree with one value replaced, removed or added somewhere, and the path of that.
    private func mutate(_ value: JSONValue, path: String, depth: Int, using chance: inout Chance) -> (
        value: JSONValue, path: String
    ) {
        let replacements: [JSONValue] = [
            .null, .bool(true), .integer(-1), .integer(.max), .number(0.1), .string(""), .string("../x"),
            .string("{{x}}"), .array([]),
            .array([.null]), .object([:]), .object(["x": .object([:])]),
        ]
        func replaced() -> (JSONValue, String) { (replacements.randomElement(using: &chance) ?? .null, path) }
        switch value {
        case .object(var members):
            guard let key = members.keys.sorted().randomElement(using: &chance) else { return replaced() }
            switch Int.random(in: 0..<6, using: &chance) {
            case 0 where depth > 0: return replaced()
            case 1:
                members[key] = nil
                return (.object(members), join(path, key))
            case 2:
                members["zz"] = .integer(1)
                return (.object(members), join(path, "zz"))
            default:
                let inner = mutate(members[key] ?? .null, path: join(path, key), depth: depth + 1, using: &chance)
                members[key] = inner.value
                return (.object(members), inner.path)
            }
        case .array(var elements):
            guard !elements.isEmpty, Bool.random(using: &chance) else { return replaced() }
            let index = Int.random(in: 0..<elements.count, using: &chance)
            let inner = mutate(elements[index], path: "\(path)[\(index)]", depth: depth + 1, using: &chance)
            elements[index] = inner.value
            return (.array(elements), inner.path)
        default: return replaced()
        }
    }

    private func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
