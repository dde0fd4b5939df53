import CloudProtocol

/// The question of a line.
protocol LineQuestion: Decodable {
  var id: LineID? { get }
}

/// The answer to a line: the members of its object beside the id.
protocol LineAnswer {
  func write(to json: inout JSONText)
}

/// Answers questions of one kind, one after the other. Each worker thread has its own, so an
/// answerer may have a cache.
protocol LineAnswerer {
  associatedtype Question: LineQuestion
  associatedtype Answer: LineAnswer

  mutating func answer(_ question: Question) throws(DryRunError) -> Answer
}

/// What is wrong with a line.
struct DryRunError: Error {
  let message: String

  init(_ message: String) { self.message = message }
}

extension JSONText {
  /// A member that is there also when it has no value: `null`.
  mutating func nullable(_ name: StaticString, _ value: String?) {
    self.name(name)
    if let value { string(value) } else { literal("null") }
  }

  /// A number above 2^53 is a string: a reader in JavaScript would round it.
  mutating func nullable(_ name: StaticString, _ value: UInt64?) {
    self.name(name)
    if let value, value > 1 << 53 {
      string(String(value))
    } else {
      literal(value.map { String($0) } ?? "null")
    }
  }

  /// JSON cannot write infinity, nor what is not a number: both are `null`.
  mutating func nullable(_ name: StaticString, _ value: Double?) {
    self.name(name)
    if let value, value.isFinite { literal("\(value)") } else { literal("null") }
  }
}
