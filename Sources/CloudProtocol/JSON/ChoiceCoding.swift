public import DoorRules

/// A closed list of words on the wire. An unknown word is told with those that are known.
protocol WireChoice: RawRepresentable, CaseIterable, Codable where RawValue == String {}

extension WireChoice {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Self(rawValue: text) else {
      let unknown = UnknownWord(known: Self.allCases.map(\.rawValue))
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: container.codingPath,
          debugDescription:
            "\"\(text.prefix(64))\" is none of \(unknown.known.joined(separator: ", "))",
          underlyingError: unknown))
    }
    self = value
  }
}

/// The words that would have been right.
struct UnknownWord: Error {
  let known: [String]
}

extension Command.Kind: WireChoice {}
extension ModeOrder.Change: WireChoice {}
extension BellAnswer: WireChoice {}
extension PlanOrder.Change: Codable, WireChoice {}
extension HandOverOrder.Action: WireChoice {}
