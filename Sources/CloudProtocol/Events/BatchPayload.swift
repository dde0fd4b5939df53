import Deflate

/// A batch of events as it is sent: JSON, or what the cloud said that it takes beside.
public enum BatchPayload {
  /// A form beside plain JSON, by its name in ``EventAcknowledgement/encodings``.
  public enum Encoding: String, Sendable, Hashable, CaseIterable {
    /// The JSON in the format of zlib (RFC 1950), whose first byte is 0x78. No JSON begins so.
    case deflate
  }

  /// Most bytes of JSON that come of a deflated batch: no door makes a longer one.
  public static let inflatedBytesMax = EventBatch.bytesMax

  private static let deflatedFirstByte: UInt8 = 0x78

  /// Deflated only if that is shorter.
  package static func write(_ batch: EventBatch, _ encoding: Encoding?) throws -> [UInt8] {
    let json = try JSONCoding.encode(batch)
    guard encoding == .deflate, json.count <= inflatedBytesMax,
      let deflated = Deflate.deflate(json, as: .zlib, effort: .little), deflated.count < json.count
    else { return json }
    return deflated
  }

  /// The batch that was sent in one of the forms.
  public static func read(_ payload: [UInt8]) throws(ValidationFailure) -> EventBatch {
    guard payload.first == deflatedFirstByte else {
      return try JSONCoding.decode(EventBatch.self, from: payload)
    }
    let json: [UInt8]
    do throws(Deflate.Fault) {
      json = try Deflate.inflate(payload, as: .zlib, bytesMax: inflatedBytesMax)
    } catch {
      throw ValidationFailure(path: "", message: "\(error)")
    }
    return try JSONCoding.decode(EventBatch.self, from: json)
  }
}
