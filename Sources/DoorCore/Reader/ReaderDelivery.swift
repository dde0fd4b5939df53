public import WiegandCodec

/// What a reader delivers that has no data lines of its own here, such as one on a bus: bits of
/// cards and keys, each complete. A reader on data lines comes to the same from its pulses.
public enum ReaderDelivery: Sendable, Hashable {
  /// Bits of a card, to be read by the reader's formats; never a key.
  case card(WiegandFrame)
  case key(KeypadKey)
  /// Something that must not be taken for a card or a key.
  case malformed(MalformedFrame)
}
