public import CloudProtocol

/// Every kind of problem that the API answers with.
public enum ProblemKind: String, CaseIterable, Sendable {
  /// The request is no request of this API: no JSON, or an unknown or wrong query.
  case malformed
  case unauthenticated
  case forbidden
  case notFound
  case methodNotAllowed
  /// What is there does not allow it.
  case conflict
  /// A code or card opens for somebody else at the same door and time.
  case clash
  /// `If-Match` names another state than the present one.
  case changed
  case tooLarge
  case mediaType
  /// Values that are wrong, each by its path.
  case invalid
  /// The `Idempotency-Key` was used for another request.
  case keyReused
  case tooManyRequests
  case broken

  /// The status code of HTTP.
  public var status: Int {
    switch self {
    case .malformed: 400
    case .unauthenticated: 401
    case .forbidden: 403
    case .notFound: 404
    case .methodNotAllowed: 405
    case .conflict, .clash: 409
    case .changed: 412
    case .tooLarge: 413
    case .mediaType: 415
    case .invalid, .keyReused: 422
    case .tooManyRequests: 429
    case .broken: 500
    }
  }

  /// A title that is the same for every problem of the kind.
  public var title: String {
    switch self {
    case .malformed: "The request cannot be read"
    case .unauthenticated: "A valid token is needed"
    case .forbidden: "The token may not do this"
    case .notFound: "There is no such thing"
    case .methodNotAllowed: "The path does not take this method"
    case .conflict: "What is there does not allow it"
    case .clash: "The code or card is in use at the same door and time"
    case .changed: "It has changed since it was read"
    case .tooLarge: "The body is too large"
    case .mediaType: "The body must be application/json"
    case .invalid: "Values are not valid"
    case .keyReused: "The Idempotency-Key belongs to another request"
    case .tooManyRequests: "Too many requests"
    case .broken: "The server could not do it"
    }
  }
}

/// A problem as RFC 9457 has it, with every fault by its path.
public struct APIProblem: Error, Sendable, CustomStringConvertible {
  public var kind: ProblemKind
  public var detail: String
  public var problems: [Problem]
  var headers: [String: String]

  init(
    _ kind: ProblemKind, _ detail: String, problems: [Problem] = [],
    headers: [String: String] = [:]
  ) {
    self.kind = kind
    self.detail = detail
    self.problems = problems
    self.headers = headers
  }

  /// Values that are wrong.
  init(_ failure: ValidationFailure, kind: ProblemKind = .invalid) {
    self.init(
      kind, failure.problems.first?.description ?? kind.title, problems: failure.problems)
  }

  /// One value that is wrong.
  init(path: String, _ message: String, kind: ProblemKind = .invalid) {
    self.init(ValidationFailure(path: path, message: message), kind: kind)
  }

  private struct Body: Encodable {
    var type: String
    var title: String
    var status: Int
    var detail: String
    var problems: [Problem]?
  }

  public var description: String { detail }

  /// The JSON of `application/problem+json`.
  var json: [UInt8] {
    let body = Body(
      type: "urn:postern:problem:\(kind.rawValue)", title: kind.title, status: kind.status,
      detail: Problem(path: "", message: detail).shown,
      problems: problems.isEmpty ? nil : problems)
    return (try? JSONCoding.encode(body)) ?? Array("{\"status\":\(kind.status)}".utf8)
  }
}

extension Problem {
  /// The message without characters that could break a line.
  fileprivate var shown: String {
    ValidationFailure(problems: [self]).problems.first?.message ?? ""
  }
}
