/// An entry of a list that could not be read as what the list holds. The other entries are read as
/// ever.
public struct UnreadableRecord: Sendable, Hashable {
  /// The name of the list, and the entry's place in it.
  var list: String
  var index: Int
  /// Nil where there is none.
  var id: String?
  /// It says that it no longer opens.
  var stops: Bool
  /// Paths are relative to the entry.
  var problems: [Problem]
}

extension KeyedDecodingContainer {
  /// The entries of a list that can be read; the others are added to `unreadable`. Throws only when
  /// this is no list.
  func readable<Entry: Decodable>(
    _ type: Entry.Type, forKey key: Key, _ unreadable: inout [UnreadableRecord]
  ) throws -> [Entry] {
    var list = try nestedUnkeyedContainer(forKey: key)
    var entries: [Entry] = []
    while !list.isAtEnd {
      let index = list.currentIndex
      do {
        entries.append(try list.decode(Entry.self))
      } catch {
        let whole = list.currentIndex == index ? try? list.decode(JSONValue.self) : nil
        if list.currentIndex == index { _ = try list.decode(PassedOver.self) }
        unreadable.append(
          UnreadableRecord(
            list: key.stringValue, index: index, id: whole?["id"]?.text,
            stops: whole?.saysStop ?? false,
            problems: Self.problems(error, in: whole, below: codingPath.count + 2)))
      }
    }
    return entries
  }

  /// The same; an absent list, or `null`, is nil.
  func readableIfPresent<Entry: Decodable>(
    _ type: Entry.Type, forKey key: Key, _ unreadable: inout [UnreadableRecord]
  ) throws -> [Entry]? {
    guard contains(key), try !decodeNil(forKey: key) else { return nil }
    return try readable(type, forKey: key, &unreadable)
  }

  /// The decoder tells no path of a number that does not fit, so such numbers are looked for.
  private static func problems(
    _ error: any Error, in whole: JSONValue?, below depth: Int
  ) -> [Problem] {
    let failure = ValidationFailure(decoding: error, below: depth)
    guard failure.problems.allSatisfy(\.path.isEmpty), let whole else { return failure.problems }
    let numbers = whole.oddNumbers(below: "")
    return numbers.isEmpty ? failure.problems : numbers
  }
}

/// Any JSON at all, which is not looked at.
private struct PassedOver: Decodable {
  init(from decoder: any Decoder) throws {}
}

extension JSONValue {
  fileprivate subscript(name: String) -> JSONValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }

  /// A credential whose status is a word other than `active`, or a person whose access is off or who
  /// is denied everywhere without an end.
  fileprivate var saysStop: Bool {
    if let status = self["status"]?.text, status != "active" { return true }
    if case .array(let exclusions) = self["exclusions"],
      exclusions.contains(where: { $0["facilityWide"] == .bool(true) && $0["validUntil"] == nil })
    {
      return true
    }
    return self["accessEnabled"] == .bool(false)
  }

  /// Numbers that no member of a record can have: fractions and negative ones.
  fileprivate func oddNumbers(below path: String) -> [Problem] {
    switch self {
    case .null, .bool, .string: []
    case .whole(let number):
      number < 0 ? [Problem(path: path, message: "\(number) is below zero")] : []
    case .number(let number):
      [Problem(path: path, message: "\(number) does not fit, a whole number is expected")]
    case .array(let items):
      items.enumerated().flatMap { $1.oddNumbers(below: "\(path)[\($0)]") }
    case .object(let members):
      members.sorted { $0.key < $1.key }.flatMap { name, value in
        value.oddNumbers(below: path.isEmpty ? name : "\(path).\(name)")
      }
    }
  }
}
