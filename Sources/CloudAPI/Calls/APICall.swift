import CloudProtocol
import DoorRules

/// What an operation works with: its parameters, who asks, the time, and one transaction.
struct APICall {
  let request: APIRequest
  let parameters: [String: String]
  /// Nil for an operation without a token.
  let caller: TokenDocument?
  let store: any PlatformTransaction
  let tools: APITools
  /// Milliseconds since 1970.
  let now: Int64

  /// A parameter of the path; the operation's pattern names it.
  func parameter(_ name: String) -> String { parameters[name] ?? "" }

  /// An id out of the path: any text without control characters.
  func id(_ name: String) throws(APIProblem) -> String {
    let text = parameter(name)
    guard CredentialID(text) != nil else {
      throw APIProblem(.malformed, "\(name) is no id: it has \(CredentialID.grammar)")
    }
    return text
  }

  /// The body. Throws for members that it does not have, at any depth, and for those that are there
  /// twice: whoever misspelled a limit must not get a door without one.
  func body<Body: RequestBody>(_ type: Body.Type) throws(APIProblem) -> Body {
    let media = request.headers["content-type"]?.split(separator: ";").first
    guard media?.trimmingPrefix(while: \.isWhitespace).lowercased() == "application/json" else {
      throw APIProblem(.mediaType, "Content-Type is \(media.map(String.init) ?? "missing")")
    }
    do throws(ValidationFailure) {
      let found = JSONFaults(in: request.body)
      if let unfit = found.unfit { throw ValidationFailure(problems: [unfit]) }
      // What is there twice is told below, with what is not known.
      if found.repeated.isEmpty {
        guard case .object = try JSONCoding.decode(JSONValue.self, from: request.body) else {
          throw ValidationFailure(path: "", message: "the body is no JSON object")
        }
      }
    } catch {
      throw APIProblem(error, kind: .malformed)
    }
    let faults = MemberScan.faults(in: request.body, shape: Body.shape)
    guard faults.isEmpty else { throw APIProblem(ValidationFailure(problems: faults)) }
    do throws(ValidationFailure) {
      return try JSONCoding.decode(type, from: request.body)
    } catch {
      throw APIProblem(error)
    }
  }

  /// The query; throws for a name that is not among `names`, and for one that comes twice.
  func query(_ names: String...) throws(APIProblem) -> [String: String] {
    var found: [String: String] = [:]
    for (name, value) in request.query {
      guard names.contains(name) else {
        let known = names.isEmpty ? "none" : names.joined(separator: ", ")
        throw APIProblem(
          path: String(name.prefix(64)), "is no query of this path; there are \(known)",
          kind: .malformed)
      }
      guard found.updateValue(value, forKey: name) == nil else {
        throw APIProblem(path: name, "is given twice", kind: .malformed)
      }
    }
    return found
  }

  /// Where a list begins and how long it is.
  static func page(_ query: [String: String]) throws(APIProblem) -> (after: String, limit: Int) {
    (query["after"] ?? "", try limit(query))
  }

  static func limit(_ query: [String: String]) throws(APIProblem) -> Int {
    guard let text = query["limit"] else { return APILimits.pageDefault }
    guard let limit = Int(text), (1...APILimits.pageMax).contains(limit) else {
      throw APIProblem(path: "limit", "is 1 to \(APILimits.pageMax)", kind: .malformed)
    }
    return limit
  }

  static func number(_ name: String, _ query: [String: String]) throws(APIProblem) -> Int64? {
    guard let text = query[name] else { return nil }
    guard let number = Int64(text), number >= 0 else {
      throw APIProblem(path: name, "is no cursor of this list", kind: .malformed)
    }
    return number
  }

  static func time(_ name: String, _ query: [String: String]) throws(APIProblem) -> Int64? {
    guard let text = query[name] else { return nil }
    guard let time = APITime.milliseconds(text) else {
      throw APIProblem(path: name, APITime.complaint, kind: .malformed)
    }
    return time
  }

  static func flag(_ name: String, _ query: [String: String]) throws(APIProblem) -> Bool? {
    guard let text = query[name] else { return nil }
    guard let flag = Bool(text) else {
      throw APIProblem(path: name, "is true or false", kind: .malformed)
    }
    return flag
  }
}

/// The body of a request.
protocol RequestBody: Decodable {
  /// Its members, with those of the objects in it.
  static var shape: MemberShape { get }
}

/// A part of a list.
struct ListReply<Item: Encodable>: Encodable {
  var items: [Item]
  /// What `after` (or `before`) continues with; absent at the end.
  var next: String?

  /// Of `limit` and one more, the page and where it goes on.
  init(_ found: [Item], limit: Int, id: (Item) -> String) {
    items = Array(found.prefix(limit))
    next = found.count > limit ? items.last.map(id) : nil
  }

  init(items: [Item], next: String?) {
    self.items = items
    self.next = next
  }
}

/// Limits of one request.
public enum APILimits {
  /// The longest body, in bytes.
  public static let bodyBytesMax = 262_144
  /// The most entries of one page.
  public static let pageMax = 500
  static let pageDefault = 100
  /// The longest `Idempotency-Key`, in characters.
  static let keyCharactersMax = 255
  /// How long the answer to an `Idempotency-Key` is kept.
  static let keyKeptMilliseconds: Int64 = 86_400_000
  /// Old answers that one change clears away.
  static let clearedMax = 20
}
