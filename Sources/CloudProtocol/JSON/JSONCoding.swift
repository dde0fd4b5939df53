public import Foundation

/// The only place that makes JSON coders, so that all messages have one form.
public enum JSONCoding {
  /// Sorted keys, so that equal values give equal bytes; slashes are not escaped.
  public static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  /// Unknown members are ignored, so that a newer peer can send more.
  public static func decoder() -> JSONDecoder { JSONDecoder() }

  /// The JSON of one message.
  public static func encode(_ value: some Encodable) throws -> [UInt8] {
    guard let direct = value as? any DirectJSON else { return Array(try encoder().encode(value)) }
    var text = JSONText(capacity: direct.bytesExpected)
    direct.write(to: &text)
    return text.bytes
  }

  /// A message from its JSON. Throws ``ValidationFailure`` with the path of what does not fit; also
  /// for JSON nested deeper than ``JSONShape/depthMax``.
  public static func decode<Value: Decodable>(
    _ type: Value.Type, from json: [UInt8]
  ) throws(ValidationFailure) -> Value {
    guard JSONShape.isShallow(json) else {
      throw ValidationFailure(
        path: "", message: "is nested deeper than \(JSONShape.depthMax) levels")
    }
    do {
      return try decoder().decode(type, from: Data(json))
    } catch {
      let failure = ValidationFailure(decoding: error)
      let numbers = failure.problems.allSatisfy(\.path.isEmpty) ? oddNumbers(in: json) : []
      throw numbers.isEmpty ? failure : ValidationFailure(problems: numbers)
    }
  }

  /// The decoder reports neither path nor value of a number that does not fit its type. Messages
  /// have only whole numbers, so the candidates are fractions, negative numbers and numbers beyond
  /// 63 bits. Empty if there is none, or if the text is no JSON.
  private static func oddNumbers(in json: [UInt8]) -> [Problem] {
    guard let root = try? JSONSerialization.jsonObject(with: Data(json)) else { return [] }
    var problems: [Problem] = []
    func visit(_ value: Any, _ path: String) {
      switch value {
      case let members as [String: Any]:
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
          visit(member, path.isEmpty ? name : "\(path).\(name)")
        }
      case let items as [Any]:
        for (index, item) in items.enumerated() { visit(item, "\(path)[\(index)]") }
      case let number as NSNumber:
        let double = number.doubleValue
        if double < 0 || double != double.rounded() || double >= 0x1p63 {
          problems.append(
            Problem(path: path, message: "\(number) does not fit, a whole number is expected"))
        }
      default: break
      }
    }
    visit(root, "")
    return problems
  }
}
