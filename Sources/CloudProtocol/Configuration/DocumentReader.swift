import DoorRules

/// Turns wire values into values of the domain and collects what is wrong with them, so that a
/// document is validated completely. Each method returns nil or a harmless value after it noted a
/// problem; ``check()`` at the end throws, so that such a value is never used.
struct DocumentReader {
  /// Largest revision, so that it fits the store's integers.
  static let revisionMax = UInt64(Int64.max)

  private(set) var problems: [Problem] = []

  mutating func note(_ path: String, _ message: String) {
    // Members of what has no path itself.
    let path = path.hasPrefix(".") ? String(path.dropFirst()) : path
    problems.append(Problem(path: path, message: message))
  }

  /// Throws when anything was noted.
  func check() throws(ValidationFailure) {
    if !problems.isEmpty { throw ValidationFailure(problems: problems) }
  }

  mutating func identifier<Kind: IdentifierKind>(_ text: String, _ path: String) -> Identifier<
    Kind
  >? {
    guard let identifier = Identifier<Kind>(text) else {
      note(path, "is not an identifier: \(Identifier<Kind>.grammar)")
      return nil
    }
    return identifier
  }

  /// Reads a list of at most `max` identifiers; a repeated one is noted.
  mutating func identifiers<Kind: IdentifierKind>(
    _ texts: [String], _ path: String, max: Int
  ) -> Set<Identifier<Kind>> {
    guard count(texts.count, path, max: max) else { return [] }
    var result: Set<Identifier<Kind>> = []
    for (index, text) in texts.enumerated() {
      let place = "\(path)[\(index)]"
      guard let identifier: Identifier<Kind> = identifier(text, place) else { continue }
      if !result.insert(identifier).inserted { note(place, "\(identifier) is listed twice") }
    }
    return result
  }

  /// Ids out of those that there are. An empty list is noted: it would be taken for every door.
  mutating func places<Kind: IdentifierKind>(
    _ texts: [String]?, _ path: String, of known: Set<Identifier<Kind>>, _ what: String
  ) -> Set<Identifier<Kind>> {
    guard let texts else { return [] }
    if texts.isEmpty { note(path, "is empty; leave it out, or name what it is for") }
    let ids: Set<Identifier<Kind>> = identifiers(
      texts, path, max: ConfigurationLimits.doorsMax)
    for (index, text) in texts.enumerated() {
      guard let id = Identifier<Kind>(text), !known.contains(id) else { continue }
      noteUnknown(id, "\(path)[\(index)]", of: known, what)
    }
    return ids
  }

  private mutating func noteUnknown<Kind: IdentifierKind>(
    _ id: Identifier<Kind>, _ path: String, of known: Set<Identifier<Kind>>, _ what: String
  ) {
    let there = known.isEmpty ? "none" : known.map(\.rawValue).sorted().joined(separator: ", ")
    note(path, "there is no \(what) \(id); there are: \(there)")
  }

  /// False, with a note, for a list longer than `max`: its items are then not read.
  mutating func count(_ count: Int, _ path: String, max: Int) -> Bool {
    if count > max { note(path, "has \(count) entries, at most \(max) are allowed") }
    return count <= max
  }

  /// One id out of those that there are.
  mutating func known<Kind: IdentifierKind>(
    _ text: String, _ path: String, of known: Set<Identifier<Kind>>, _ what: String
  ) -> Identifier<Kind>? {
    guard let id: Identifier<Kind> = identifier(text, path) else { return nil }
    guard known.contains(id) else {
      noteUnknown(id, path, of: known, what)
      return nil
    }
    return id
  }

  /// One word out of a few.
  mutating func oneOf(_ text: String, _ path: String, _ words: [String]) -> String? {
    if words.contains(text) { return text }
    note(
      path, words.isEmpty ? "has no meaning here" : "is none of \(words.joined(separator: ", "))")
    return nil
  }

  /// Reads a list of at most `max` records; an absent one is empty.
  mutating func list<Record, Value>(
    _ records: [Record]?, _ path: String, max: Int,
    _ read: (Record, inout DocumentReader, String) -> Value
  ) -> [Value] {
    guard let records, count(records.count, path, max: max) else { return [] }
    return records.enumerated().map { read($1, &self, "\(path)[\($0)]") }
  }

  /// Reads seconds since 1970, up to the year 9999.
  mutating func instant(_ seconds: Int64?, _ path: String) -> WallInstant? {
    guard let seconds else { return nil }
    if let problem = EnvelopeLimits.problem(ofSeconds: seconds) { note(path, problem) }
    return WallInstant(secondsSince1970: seconds)
  }

  /// `length` is in Unicode scalars. Control characters are noted, since names appear on screens.
  mutating func text(_ text: String, _ path: String, length: ClosedRange<Int>) {
    let scalars = text.unicodeScalars
    if !length.contains(scalars.count) {
      note(
        path,
        "has \(scalars.count) characters, allowed are \(length.lowerBound) to \(length.upperBound)")
    }
    if scalars.contains(where: { $0.properties.generalCategory == .control }) {
      note(path, "contains a control character")
    }
  }

  /// `length` is in bytes of UTF-8: the text is another program's, and only stored and compared.
  mutating func opaque(_ text: String, _ path: String, length: ClosedRange<Int>) {
    let bytes = text.utf8.count
    if !length.contains(bytes) {
      note(path, "has \(bytes) bytes, allowed are \(length.lowerBound) to \(length.upperBound)")
    }
    if !OpaqueText.isPlain(text) { note(path, "contains a control character") }
  }

  mutating func whole<Number: FixedWidthInteger>(
    _ number: Number, _ path: String, in range: ClosedRange<Number>
  ) {
    if !range.contains(number) {
      note(path, "\(number) is outside \(range.lowerBound) to \(range.upperBound)")
    }
  }

  /// The number, or the nearest in its range where it was noted.
  mutating func clamped(_ number: Int, _ path: String, to range: ClosedRange<Int>) -> Int {
    whole(number, path, in: range)
    return min(max(number, range.lowerBound), range.upperBound)
  }

  /// Reads one name of a closed list.
  mutating func choice<Value: RawRepresentable & CaseIterable>(
    _ text: String, _ path: String, of type: Value.Type
  ) -> Value? where Value.RawValue == String {
    if let value = Value(rawValue: text) { return value }
    note(path, "is none of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
    return nil
  }
}

/// Finds names that a list uses twice.
struct UsedNames<Key: Hashable> {
  private var places: [Key: String] = [:]

  /// Notes the second use of a key, with the place of the first.
  mutating func use(_ key: Key, at place: String, _ path: String, _ reader: inout DocumentReader) {
    if let first = places[key] {
      reader.note(path, "\(key) is already used by \(first)")
    } else {
      places[key] = place
    }
  }

  func contains(_ key: Key) -> Bool { places[key] != nil }
}
