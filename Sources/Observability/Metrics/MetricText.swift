/// Prometheus's text format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
enum MetricText {
    /// A label's name and value.
    struct Label: Sendable, Hashable, Comparable {
        var name: String
        var value: String

        static func < (left: Label, right: Label) -> Bool { (left.name, left.value) < (right.name, right.value) }
    }

    /// `label` with every character that a name may not have replaced by `_`, and `suffix` unless it is there.
    static func name(_ label: String, suffix: String) -> String {
        let clean = identifier(label, allowed: ":")
        return clean.hasSuffix(suffix) ? clean : clean + suffix
    }

    /// Labels sorted by name; of two with one name the first stays.
    static func labels(_ dimensions: [(String, String)]) -> [Label] {
        var seen: Set<String> = []
        return dimensions.map { Label(name: identifier($0.0, allowed: ""), value: $0.1) }
            .filter { seen.insert($0.name).inserted }.sorted()
    }

    static func help(_ text: String) -> String { escaped(text, quotes: false) }

    static func line(_ name: String, _ labels: [Label], _ value: Double) -> String {
        let list = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",")
        return name + (list.isEmpty ? "" : "{\(list)}") + " \(number(value))\n"
    }

    static func histogram(_ name: String, _ labels: [Label], _ content: HistogramSeries.Content, _ bounds: [Double])
        -> String
    {
        var text = ""
        var total = 0
        for (index, count) in content.counts.enumerated() {
            total += count
            let bound = index < bounds.count ? number(bounds[index]) : "+Inf"
            text += line(name + "_bucket", labels + [Label(name: "le", value: bound)], Double(total))
        }
        return text + line(name + "_sum", labels, content.sum) + line(name + "_count", labels, Double(total))
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
        return "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func identifier(_ text: String, allowed: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": result.unicodeScalars.append(scalar)
            case "0"..."9": result += (result.isEmpty ? "_" : "") + String(scalar)
            default: result += allowed.unicodeScalars.contains(scalar) ? String(scalar) : "_"
            }
        }
        return result.isEmpty ? "_" : result
    }
}
