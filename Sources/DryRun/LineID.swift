import CloudProtocol

/// The `id` of a line, given back as it came.
enum LineID: Decodable, Sendable {
  case none
  case text(String)
  case whole(Int64)
  case number(Double)
  case flag(Bool)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .none
    } else if let whole = try? container.decode(Int64.self) {
      self = .whole(whole)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else {
      self = .number(try container.decode(Double.self))
    }
  }

  /// As it came; `null` for none.
  func write(to json: inout JSONText) {
    switch self {
    case .none: json.literal("null")
    case .text(let text): json.string(text)
    case .whole(let number): json.literal(String(number))
    case .number(let number): json.literal(number.isFinite ? "\(number)" : "null")
    case .flag(let flag): json.literal(String(flag))
    }
  }
}
