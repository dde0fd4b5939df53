/// Checks JSON text before a decoder, which recurses, reads it.
public enum JSONShape {
  /// Deepest nesting of arrays and objects.
  public static let depthMax = 16

  /// True if nothing is nested deeper than ``depthMax``. It checks nothing else.
  public static func isShallow(_ json: some Sequence<UInt8>) -> Bool {
    var depth = 0
    var inString = false
    var escaped = false
    for byte in json {
      if inString {
        if escaped {
          escaped = false
        } else if byte == UInt8(ascii: "\\") {
          escaped = true
        } else if byte == UInt8(ascii: "\"") {
          inString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): inString = true
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        if depth > depthMax { return false }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
    }
    return true
  }
}
