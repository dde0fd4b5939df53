/// One operation of the API.
struct Operation: Sendable {
  enum Method: String, CaseIterable, Sendable {
    case get = "GET"
    case put = "PUT"
    case post = "POST"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  /// Its name in the OpenAPI document.
  let id: String
  let method: Method
  /// Such as `/v1/doors/{door}`.
  let path: String
  /// What the token needs; nil for an operation without a token.
  let scope: TokenScope?
  /// The status of each answer that is no problem.
  let successes: [Int]
  /// Problems beside those that every operation has.
  let problems: [ProblemKind]
  let answer: @Sendable (inout APICall) throws -> APIReply

  private let pattern: [String]

  init(
    _ id: String, _ method: Method, _ path: String, _ scope: TokenScope?,
    successes: [Int] = [200], problems: [ProblemKind] = [],
    answer: @escaping @Sendable (inout APICall) throws -> APIReply
  ) {
    self.id = id
    self.method = method
    self.path = path
    self.scope = scope
    self.successes = successes
    self.problems = problems
    self.answer = answer
    pattern = path.split(separator: "/").map(String.init)
  }

  var isChange: Bool { method != .get }

  /// The parameters of a path that is this operation's; nil for another.
  func parameters(of segments: [String]) -> [String: String]? {
    guard segments.count == pattern.count else { return nil }
    var parameters: [String: String] = [:]
    for (part, segment) in zip(pattern, segments) {
      if part.hasPrefix("{") {
        guard !segment.isEmpty else { return nil }
        parameters[String(part.dropFirst().dropLast())] = segment
      } else if part != segment {
        return nil
      }
    }
    return parameters
  }

  /// Every problem that it may answer with.
  var allProblems: Set<ProblemKind> {
    var all: Set<ProblemKind> = [.malformed, .broken]
    if scope != nil { all.formUnion([.unauthenticated, .forbidden, .tooManyRequests]) }
    if path.contains("{") { all.insert(.notFound) }
    if isChange { all.formUnion([.changed, .conflict]) }
    if method == .post { all.formUnion([.keyReused]) }
    if method == .put || method == .post || method == .patch {
      all.formUnion([.tooLarge, .mediaType, .invalid])
    }
    return all.union(problems)
  }
}
