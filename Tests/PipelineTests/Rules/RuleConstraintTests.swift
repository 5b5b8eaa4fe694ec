import Pipeline
import Testing

@Suite struct RuleConstraintTests {
    @Test(
        arguments: [
            (.string("a"), .yes), (.string("b"), .no), (.integer(5), .yes), (.string("5"), .yes), (.number(5), .yes),
            (.string("true"), .yes), (.bool(true), .yes), (.bool(false), .no), (nil, .undecided),
        ] as [(JSONValue?, RuleMatch)]
    )
    func `in compares as the tools convert`(value: JSONValue?, match: RuleMatch) {
        let constraint = RuleConstraint(oneOf: [.string("a"), .integer(5), .bool(true)])
        #expect(constraint.match(value) == match)
    }

    @Test(
        arguments: [
            (.integer(1), .yes), (.integer(5), .yes), (.integer(0), .no), (.integer(6), .no), (.string("6"), .no),
            (.string("3"), .yes), (.number(5.5), .no), (.string("3 "), .undecided), (.string("nan"), .undecided),
            (.string("inf"), .undecided), (.bool(true), .undecided), (.null, .undecided), (nil, .undecided),
        ] as [(JSONValue?, RuleMatch)]
    )
    func `a range takes numbers, also in quotes, and cannot tell of what is none`(value: JSONValue?, match: RuleMatch) {
        #expect(RuleConstraint(minimum: 1, maximum: 5).match(value) == match)
    }

    @Test(
        arguments: [
            (.string("t3.small"), .yes), (.string("xt3.small"), .no), (.string("t3.small\nx"), .no), (.integer(3), .no),
            (.string("t3." + String(repeating: "l", count: 600)), .undecided), (nil, .undecided),
        ] as [(JSONValue?, RuleMatch)]
    )
    func `a pattern matches a value as a whole`(value: JSONValue?, match: RuleMatch) {
        #expect(RuleConstraint(pattern: #"t3\.(small|l+)"#).match(value) == match)
    }

    @Test func `every part must hold, and one that does not decides`() {
        let constraint = RuleConstraint(maximum: 9, pattern: "[0-9]")
        #expect(constraint.match(.integer(7)) == .yes)
        #expect(constraint.match(.integer(10)) == .no)
        #expect(constraint.match(.string("x")) == .no)
        #expect(constraint.words == "at most 9 and a text like /[0-9]/")
    }
}
