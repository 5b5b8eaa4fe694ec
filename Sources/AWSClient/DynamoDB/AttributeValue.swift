package import FoundationEssentials

/// A DynamoDB attribute value.
///
/// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
package indirect enum AttributeValue: Sendable, Hashable {
    /// `S`.
    case string(String)
    /// `N`: a number as decimal text, up to 38 digits.
    case number(String)
    /// `B`.
    case binary(Data)
    /// `BOOL`.
    case bool(Bool)
    /// `NULL`.
    case null
    /// `L`.
    case list([AttributeValue])
    /// `M`.
    case map([String: AttributeValue])
    /// `SS`.
    case stringSet([String])
    /// `NS`.
    case numberSet([String])
    /// `BS`.
    case binarySet([Data])

    /// A whole number.
    package static func number(_ value: Int) -> AttributeValue { .number(String(value)) }

    /// The text, if it is a string.
    package var stringValue: String? { if case .string(let text) = self { text } else { nil } }

    /// The whole number, if it is one that fits.
    package var wholeValue: Int? { if case .number(let text) = self { Int(text) } else { nil } }

    /// The members, if it is a map.
    package var mapValue: [String: AttributeValue]? { if case .map(let members) = self { members } else { nil } }
}

extension AttributeValue: ExpressibleByStringLiteral {
    /// A string.
    package init(stringLiteral value: String) { self = .string(value) }
}

extension AttributeValue: Codable {
    private enum CodingKeys: String, CodingKey {
        case S, N, B, BOOL, NULL, L, M, SS, NS, BS
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard let key = container.allKeys.first, container.allKeys.count == 1 else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "an attribute value has exactly one type")
            )
        }
        switch key {
        case .S: self = .string(try container.decode(String.self, forKey: key))
        case .N: self = .number(try container.decode(String.self, forKey: key))
        case .B: self = .binary(try container.decode(Data.self, forKey: key))
        case .BOOL: self = .bool(try container.decode(Bool.self, forKey: key))
        case .NULL: self = .null
        case .L: self = .list(try container.decode([AttributeValue].self, forKey: key))
        case .M: self = .map(try container.decode([String: AttributeValue].self, forKey: key))
        case .SS: self = .stringSet(try container.decode([String].self, forKey: key))
        case .NS: self = .numberSet(try container.decode([String].self, forKey: key))
        case .BS: self = .binarySet(try container.decode([Data].self, forKey: key))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .string(let value): try container.encode(value, forKey: .S)
        case .number(let value): try container.encode(value, forKey: .N)
        case .binary(let value): try container.encode(value, forKey: .B)
        case .bool(let value): try container.encode(value, forKey: .BOOL)
        case .null: try container.encode(true, forKey: .NULL)
        case .list(let value): try container.encode(value, forKey: .L)
        case .map(let value): try container.encode(value, forKey: .M)
        case .stringSet(let value): try container.encode(value, forKey: .SS)
        case .numberSet(let value): try container.encode(value, forKey: .NS)
        case .binarySet(let value): try container.encode(value, forKey: .BS)
        }
    }
}
