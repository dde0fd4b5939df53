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
  /// for a member that an object has twice, and for JSON that is nested deeply.
  public static func decode<Value: Decodable>(
    _ type: Value.Type, from json: [UInt8]
  ) throws(ValidationFailure) -> Value {
    try decode(type, from: SoundJSON(json))
  }

  /// The same of JSON that was looked at.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from json: SoundJSON
  ) throws(ValidationFailure) -> Value {
    do {
      return try decoder().decode(type, from: Data(json.bytes))
    } catch {
      throw ValidationFailure(
        problems: ProblemSearch.problems(of: json.bytes, as: type, after: error))
    }
  }
}
