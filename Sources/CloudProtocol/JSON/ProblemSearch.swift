import Foundation

/// Finds everything that is wrong with a document that cannot be decoded. A decoder stops at the first
/// mistake: what it names is replaced by something that fits, and the document is decoded again.
struct ProblemSearch {
  /// The most mistakes that are looked for.
  static let problemsMax = 20
  /// The longest document in which more than the first mistake is looked for: whoever decodes it may
  /// be the door's own thread.
  static let documentBytesMax = 32_768
  /// The most bytes that are decoded for it, all tries together.
  static let bytesMax = 131_072

  private var tree: JSONValue
  private var bytesLeft = Self.bytesMax
  private var problems: [Problem] = []
  /// What was put in place of a mistake, one after the other, by its path.
  private var fillers: [String: [JSONValue]] = [:]

  /// Every problem of `json`, whose decoding failed with `error`; at least one.
  static func problems<Value: Decodable>(
    of json: [UInt8], as type: Value.Type, after error: any Error
  ) -> [Problem] {
    let first = ValidationFailure(decoding: error).problems
    guard json.count <= documentBytesMax else {
      guard (error as? DecodingError)?.isAboutSomeNumber == true else { return first }
      return [
        Problem(
          path: "",
          message: "is no JSON, or a number in it does not fit where a whole one is expected")
      ]
    }
    guard let tree = try? JSONDecoder().decode(JSONValue.self, from: Data(json)) else {
      return first
    }
    var search = ProblemSearch(tree: tree)
    let value = search.run(type, error)
    if let value = value as? any ChecksItself {
      search.problems += value.furtherProblems.filter { problem in
        !search.fillers.keys.contains { problem.path.hasPrefix($0) }
      }
    }
    return search.problems.isEmpty ? first : search.problems
  }

  private init(tree: JSONValue) { self.tree = tree }

  /// The document with its mistakes replaced; nil when that led nowhere.
  private mutating func run<Value: Decodable>(_ type: Value.Type, _ error: any Error) -> Value? {
    var error = error
    while problems.count < Self.problemsMax {
      guard let found = error as? DecodingError else { return nil }
      let goesOn =
        found.isAboutSomeNumber ? replaceNumbers(type) : replace(found)
      guard goesOn, let again = decode(tree, as: type) else { return nil }
      do { return try again.get() } catch let next { error = next }
    }
    return nil
  }

  /// Nil when all was spent.
  private mutating func decode<Value: Decodable>(
    _ tree: JSONValue, as type: Value.Type
  ) -> Result<Value, any Error>? {
    guard let json = try? JSONCoding.encode(tree), json.count <= bytesLeft else { return nil }
    bytesLeft -= json.count
    return Result { try JSONCoding.decoder().decode(type, from: Data(json)) }
  }

  /// Puts something in place of what the decoder named.
  private mutating func replace(_ error: DecodingError) -> Bool {
    guard let place = error.place else { return false }
    let path = ValidationFailure.path(place)
    let filler: JSONValue
    switch error {
    case .typeMismatch(let type, _), .valueNotFound(let type, _): filler = .filler(for: type)
    // The next mistake at this place says what is expected.
    case .keyNotFound: filler = .string("")
    case .dataCorrupted(let context):
      let known = (context.underlyingError as? UnknownWord)?.known.first
      filler = known.map { .string($0) } ?? .null
    @unknown default: filler = .null
    }
    if fillers[path] == nil { problems += ValidationFailure(decoding: error).problems }
    guard fillers[path]?.contains(filler) != true else { return false }
    fillers[path, default: []].append(filler)
    tree.put(filler, at: ArraySlice(place))
    return true
  }

  /// Of a number that does not fit the decoder says nothing more. Which one it is shows when all
  /// others that it may be are whole.
  private mutating func replaceNumbers<Value: Decodable>(_ type: Value.Type) -> Bool {
    let candidates = tree.numbersThatMayNotFit(below: [])
    guard !candidates.isEmpty else { return false }
    var whole = tree
    for candidate in candidates { whole.put(.whole(0), at: ArraySlice(candidate.place)) }
    var isFound = false
    for candidate in candidates where problems.count < Self.problemsMax {
      var alone = whole
      alone.put(candidate.value, at: ArraySlice(candidate.place))
      guard case .failure(let error)? = decode(alone, as: type),
        (error as? DecodingError)?.isAboutSomeNumber == true
      else { continue }
      let path = ValidationFailure.path(candidate.place)
      problems.append(
        Problem(
          path: path,
          message: "\(candidate.value.numberText) does not fit, a whole number is expected"))
      fillers[path, default: []].append(.whole(0))
      tree.put(.whole(0), at: ArraySlice(candidate.place))
      isFound = true
    }
    return isFound
  }
}

/// A document that can name the problems of its values beside those of their types.
protocol ChecksItself {
  var furtherProblems: [Problem] { get }
}

extension EnvelopeBody: ChecksItself where Body: ChecksItself {
  var furtherProblems: [Problem] {
    body.furtherProblems.map { Problem(path: "body.\($0.path)", message: $0.message) }
  }
}

extension ConfigurationMessage: ChecksItself {
  var furtherProblems: [Problem] {
    guard case .whole(let document) = unwrapped.message else { return [] }
    do throws(ValidationFailure) {
      _ = try document.validated(unknownZone: .closesHours, zones: { _ in nil })
      return []
    } catch {
      return error.problems
    }
  }
}

extension DecodingError {
  /// Where it is; nil where the decoder does not say.
  fileprivate var place: [any CodingKey]? {
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      context.codingPath.isEmpty ? nil : context.codingPath
    case .keyNotFound(let key, let context): context.codingPath + [key]
    @unknown default: nil
    }
  }

  fileprivate var isAboutSomeNumber: Bool {
    if case .dataCorrupted(let context) = self { context.codingPath.isEmpty } else { false }
  }
}

extension JSONValue {
  fileprivate static func filler(for type: any Any.Type) -> JSONValue {
    switch ValidationFailure.word(for: type) {
    case "a string": .string("")
    case "true or false": .bool(false)
    case "a whole number", "a number": .whole(0)
    case "a list": .array([])
    default: .object([:])
    }
  }

  fileprivate var numberText: String {
    switch self {
    case .whole(let number): "\(number)"
    case .number(let number): "\(number)"
    case .null, .bool, .string, .array, .object: ""
    }
  }

  /// Replaces what is at a place, which is made if it is missing.
  fileprivate mutating func put(_ value: JSONValue, at place: ArraySlice<any CodingKey>) {
    guard let key = place.first else {
      self = value
      return
    }
    switch self {
    case .array(var items):
      guard let index = key.intValue, items.indices.contains(index) else { return }
      items[index].put(value, at: place.dropFirst())
      self = .array(items)
    case .object(var members):
      var member = members[key.stringValue] ?? .object([:])
      member.put(value, at: place.dropFirst())
      members[key.stringValue] = member
      self = .object(members)
    case .null, .bool, .whole, .number, .string: return
    }
  }

  /// Fractions, negative numbers and those beyond 63 bits.
  fileprivate func numbersThatMayNotFit(
    below place: [any CodingKey]
  ) -> [(place: [any CodingKey], value: JSONValue)] {
    switch self {
    case .null, .bool, .string: []
    case .whole(let number): number < 0 ? [(place, self)] : []
    case .number: [(place, self)]
    case .array(let items):
      items.enumerated().flatMap {
        $1.numbersThatMayNotFit(below: place + [PlaceKey(intValue: $0)])
      }
    case .object(let members):
      members.sorted { $0.key < $1.key }.flatMap {
        $1.numbersThatMayNotFit(below: place + [PlaceKey(stringValue: $0)])
      }
    }
  }
}

/// A step of a path.
private struct PlaceKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init(intValue: Int) {
    stringValue = "\(intValue)"
    self.intValue = intValue
  }
}
