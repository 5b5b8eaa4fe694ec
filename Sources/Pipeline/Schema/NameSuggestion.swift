/// The known name that a mistyped one was probably meant to be.
package enum NameSuggestion {
    /// The closest of `names` by edit distance without case; `nil` when none is within a third of its length, at least 2.
    package static func closest(to name: String, among names: [String]) -> String? {
        let typed = Array(name.lowercased().utf8)
        guard typed.count <= 40 else { return nil }
        let best = names.map { (name: $0, distance: distance(typed, Array($0.lowercased().utf8))) }
            .min { $0.distance < $1.distance }
        guard let best, best.distance <= max(2, best.name.utf8.count / 3), best.distance < best.name.utf8.count else {
            return nil
        }
        return best.name
    }

    /// Levenshtein's distance.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, leftByte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, rightByte) in right.enumerated() {
                let substitution = diagonal + (leftByte == rightByte ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, diagonal + 1, row[j] + 1)
            }
        }
        return row[right.count]
    }
}
