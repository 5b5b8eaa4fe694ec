import ActivityWorker
import Testing

@Suite("Slot accounting")
struct SlotLedgerTests {
    private func ledger(slots: Int, ceiling: Int) -> SlotLedger {
        var ledger = SlotLedger(slots: slots, ceiling: ceiling)
        ledger.start()
        return ledger
    }

    @Test func `one poll for each free slot, up to the ceiling`() {
        var ledger = ledger(slots: 3, ceiling: 2)
        #expect([ledger.requestPoll(), ledger.requestPoll(), ledger.requestPoll()] == [.granted, .granted, .wait])
    }

    @Test func `a busy slot does not poll`() {
        var ledger = ledger(slots: 2, ceiling: 2)
        _ = ledger.requestPoll()
        ledger.pollFinished(brought: true)
        #expect([ledger.requestPoll(), ledger.requestPoll()] == [.granted, .wait])
        ledger.taskEnded()
        #expect(ledger.requestPoll() == .granted)
    }

    @Test func `draining grants no poll, and the second call interrupts once`() {
        var ledger = ledger(slots: 1, ceiling: 1)
        let first = ledger.drain(interrupting: false)
        #expect(!first && ledger.phase == .draining && ledger.requestPoll() == .stop)
        let second = ledger.drain(interrupting: false)
        #expect(second && ledger.phase == .interrupted)
        let third = ledger.drain(interrupting: true)
        #expect(!third)
    }

    @Test func `a drain before the start wins`() {
        var ledger = SlotLedger(slots: 1, ceiling: 1)
        _ = ledger.drain(interrupting: false)
        ledger.start()
        #expect(ledger.requestPoll() == .stop)
    }

    @Test func `a ceiling of its own outlives a change of the slots, one for each slot goes with them`() {
        var own = ledger(slots: 4, ceiling: 2)
        own.resize(8)
        #expect((own.slots, own.ceiling) == (8, 2))
        own.resize(1)
        #expect((own.slots, own.ceiling) == (1, 1))
        var each = ledger(slots: 2, ceiling: 2)
        each.resize(0)
        #expect((each.slots, each.ceiling) == (1, 1))
        each.resize(5)
        #expect((each.slots, each.ceiling) == (5, 5))
    }

    @Test func `whatever the order of events, polls and tasks never exceed the slots`() {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<200 {
            let slots = Int.random(in: 1...5, using: &generator)
            var ledger = ledger(slots: slots, ceiling: Int.random(in: 1...slots, using: &generator))
            for _ in 0..<100 {
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: _ = ledger.requestPoll()
                case 1 where ledger.openPolls > 0: ledger.pollFinished(brought: Bool.random(using: &generator))
                case 2 where ledger.busy > 0: ledger.taskEnded()
                default: break
                }
                #expect(ledger.openPolls + ledger.busy <= slots && ledger.openPolls <= ledger.ceiling)
                #expect(ledger.openPolls >= 0 && ledger.busy >= 0)
            }
        }
    }
}

/// Numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
