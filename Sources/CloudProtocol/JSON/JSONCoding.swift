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

  /// A message from its JSON. Throws ``ValidationFailure`` with everything that does not fit, by path; also
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
      throw ValidationFailure(problems: ProblemSearch.problems(of: json, as: type, after: error))
    }
  }
}
