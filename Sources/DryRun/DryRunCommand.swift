public import ArgumentParser

/// Questions over standard input: one JSON object a line in, one out.
public struct DryRunCommand: ParsableCommand {
  /// What `--help` says.
  public static let configuration = CommandConfiguration(
    commandName: "dry-run",
    abstract: "Hold Postern's rules against your own data: JSON lines in, JSON lines out.",
    discussion: """
      Each line in is one JSON object with an "id" of your own, each line out answers
      it under the same id, in the same order. A bad line gives {"id":…,"error":"…"}
      and the run goes on; the exit status is 0 when every line was read. No daemon
      is asked.
      """,
    subcommands: [
      WiegandDryRun.self, HoursDryRun.self, GeofenceDryRun.self, AccessDryRun.self,
    ])

  public init() {}
}

/// What is wrong with a line.
struct DryRunError: Error {
  let message: String

  init(_ message: String) { self.message = message }
}

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

  var json: String {
    switch self {
    case .none: "null"
    case .text(let text): JSONText.quoted(text)
    case .whole(let number): String(number)
    case .number(let number): JSONText.number(number)
    case .flag(let flag): String(flag)
    }
  }
}

/// The few kinds of JSON that an answer is made of.
enum JSONText {
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  static func optional(_ text: String?) -> String { text.map(quoted) ?? "null" }

  /// JSON has no word for what is no number.
  static func number(_ number: Double?) -> String {
    guard let number, number.isFinite else { return "null" }
    return "\(number)"
  }
}
