import CloudProtocol
import Foundation

/// A request as the API reads it, without a socket.
public struct APIRequest: Sendable {
  /// In capitals; any text.
  public var method: String
  /// As it came, percent-encoded.
  public var path: String
  /// Decoded, in the order of the request.
  public var query: [(name: String, value: String)]
  /// Names in lower case.
  public var headers: [String: String]
  public var body: [UInt8]

  public init(
    method: String, path: String, query: [(name: String, value: String)] = [],
    headers: [String: String] = [:], body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }

  /// The parts of the path, decoded; nil for a path that is no text.
  var segments: [String]? {
    var parts: [String] = []
    for part in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      guard let text = String(part).removingPercentEncoding, !text.utf8.contains(0) else {
        return nil
      }
      parts.append(text)
    }
    return parts
  }
}

/// An answer of the API: JSON or nothing.
public struct APIReply: Sendable {
  public var status: Int
  public var contentType: String?
  /// Names in lower case.
  public var headers: [String: String]
  public var body: [UInt8]

  init(status: Int, headers: [String: String] = [:]) {
    self.status = status
    self.headers = headers
    contentType = nil
    body = []
  }

  init(_ value: some Encodable, status: Int = 200, headers: [String: String] = [:]) throws {
    self.status = status
    self.headers = headers
    contentType = "application/json"
    body = try JSONCoding.encode(value)
  }

  init(_ problem: APIProblem) {
    status = problem.kind.status
    headers = problem.headers
    contentType = "application/problem+json"
    body = problem.json
  }
}
