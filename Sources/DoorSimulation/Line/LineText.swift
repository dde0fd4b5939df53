import DoorCore
import WiegandCodec

extension ReaderDelivery {
  /// To compare with what was shown.
  var text: String {
    switch self {
    case .card(let frame): LineText.card(frame.bits)
    case .key(let key): LineText.key(key)
    case .proved: "proved"
    case .malformed: "malformed"
    }
  }
}

/// What was shown, for comparison.
enum LineText {
  static func card(_ bits: [Bool]) -> String { "card " + String(bits.map { $0 ? "1" : "0" }) }
  static func key(_ key: KeypadKey) -> String { "key \(key.code)" }
}
