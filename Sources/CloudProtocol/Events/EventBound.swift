/// An event has a bound when it is written, so that a message can carry it for ever after.
extension EventDraft {
  /// The longest value of a detail, in bytes of UTF-8; the rest is cut, with a mark.
  public static let detailBytesMax = 1_024
  /// About the most bytes that all details of one event have together.
  public static let detailsBytesMax = 6_144
  /// What a value of an event with too many long details is cut to, in bytes of JSON: a control
  /// character has six there.
  static let shortDetailBytes = 128

  /// The same event with its details cut to what an event may have.
  public var bounded: EventDraft {
    var draft = self
    draft.reason = reason?.cut(toBytes: Self.detailBytesMax)
    draft.detail = detail.mapValues { $0.cut(toBytes: Self.detailBytesMax) }
    var bytes = Self.bytes(of: draft.detail)
    guard bytes > Self.detailsBytesMax else { return draft }
    // The longest first; the same event is always cut the same way.
    let longest = draft.detail.sorted {
      (JSONText.bytesBound(of: $1.value), $0.key) < (JSONText.bytesBound(of: $0.value), $1.key)
    }
    for (name, value) in longest where bytes > Self.detailsBytesMax {
      let short = (detail[name] ?? value).cut(toBytes: Self.shortDetailBytes, asJSON: true)
      bytes -= Self.bytes(of: [name: value]) - Self.bytes(of: [name: short])
      draft.detail[name] = short
    }
    return draft
  }

  private static func bytes(of detail: [String: String]) -> Int {
    detail.reduce(0) {
      $0 + JSONText.bytesBound(of: $1.key) + JSONText.bytesBound(of: $1.value) + 6
    }
  }
}

extension String {
  /// At most so many bytes of UTF-8, or of JSON; what is cut off is marked with the bytes of UTF-8
  /// that there were.
  fileprivate func cut(toBytes bytesMax: Int, asJSON: Bool = false) -> String {
    func count(_ text: some StringProtocol) -> Int {
      asJSON ? JSONText.bytesBound(of: String(text)) - 2 : text.utf8.count
    }
    guard count(self) > bytesMax else { return self }
    let mark = "… (cut, \(utf8.count) bytes)"
    var kept = String.UnicodeScalarView()
    var bytes = mark.utf8.count
    for scalar in unicodeScalars {
      bytes += count(String(scalar))
      if bytes > bytesMax { break }
      kept.append(scalar)
    }
    return String(kept) + mark
  }
}
