/// Values by their keys, as a settings file has them.
indirect enum SettingsTree: Sendable {
  case value(SettingsValue)
  /// In the order in which the keys were put in.
  case mapping([(key: String, tree: SettingsTree)])

  /// The most characters of a mapping on one line.
  private static let flowCharacters = 80

  /// Puts a value at a path below this mapping.
  mutating func insert(_ value: SettingsValue, at path: ArraySlice<String>) {
    guard let key = path.first else {
      self = .value(value)
      return
    }
    var members = members
    let index = members.firstIndex { $0.key == key } ?? members.count
    if index == members.count { members.append((key, .mapping([]))) }
    members[index].tree.insert(value, at: path.dropFirst())
    self = .mapping(members)
  }

  private var members: [(key: String, tree: SettingsTree)] {
    switch self {
    case .value: []
    case .mapping(let members): members
    }
  }

  /// A line for each value, or for a mapping of values that is short.
  func yaml(indent: String) -> String {
    members.map { key, tree in
      if let flow = tree.flow, indent.count + key.count + flow.count < Self.flowCharacters {
        return "\(indent)\(key): \(flow)\n"
      }
      switch tree {
      case .value(let value): return "\(indent)\(key): \(value.yaml)\n"
      case .mapping: return "\(indent)\(key):\n" + tree.yaml(indent: indent + "  ")
      }
    }.joined()
  }

  /// On one line; nil when a mapping is inside.
  private var flow: String? {
    switch self {
    case .value(let value): return value.yaml
    case .mapping(let members):
      var parts: [String] = []
      for (key, tree) in members {
        guard case .value(let value) = tree else { return nil }
        parts.append("\(key): \(value.yaml)")
      }
      return "{\(parts.joined(separator: ", "))}"
    }
  }
}

extension SettingsTree: Encodable {
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .value(let value): try value.encode(to: encoder)
    case .mapping(let members):
      var container = encoder.container(keyedBy: Key.self)
      for (key, tree) in members { try container.encode(tree, forKey: Key(stringValue: key)) }
    }
  }
}

extension SettingsValue: Encodable {
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    case .list(let list): try container.encode(list)
    }
  }

  /// As YAML has it, on one line.
  var yaml: String {
    switch self {
    case .text(let text): Self.yaml(text)
    case .number(let number): "\(number)"
    case .flag(let flag): "\(flag)"
    case .list(let list): "[\(list.map(Self.yaml).joined(separator: ", "))]"
    }
  }

  /// Between quotation marks unless every character is harmless in YAML. The word `null` stands for
  /// no value.
  private static func yaml(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789_./<>+-".unicodeScalars.contains($0))
    }
    if isPlain, !text.isEmpty, text != "-", text.lowercased() != "null" { return text }
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case "\n": "\\n"
      default:
        scalar.properties.generalCategory == .control
          ? "\\U" + ("0000000" + String(scalar.value, radix: 16)).suffix(8) : String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }
}
