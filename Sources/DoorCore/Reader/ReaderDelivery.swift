public import DoorRules
public import WiegandCodec

/// What a reader without data lines, such as one on a bus, delivers: complete cards and keys. A
/// reader on data lines gets the same from its pulses.
public enum ReaderDelivery: Sendable, Hashable {
  /// Bits of a card, to be decoded by the reader's formats; never a key.
  case card(WiegandFrame)
  /// A card that has proved its public key, in the form that is digested: `pkoc:` and the key's digest.
  case proved(Secret<String>)
  case key(KeypadKey)
  /// Something that is neither a valid card nor a valid key.
  case malformed(MalformedFrame)
}
