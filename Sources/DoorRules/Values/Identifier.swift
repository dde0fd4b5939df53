/// A name that came from outside and was validated once. Two are the same only byte for byte: `é`
/// as one character and as `e` with an accent are two names.
///
/// `Kind` prevents the use of a door's name where a person's is meant, and says what may be one.
/// Names that this system gives (doors, readers, controllers) are short and safe in a topic and a
/// path. Those of other people's databases (persons, credentials) are opaque.
public struct Identifier<Kind: IdentifierKind>: Hashable, Sendable, Comparable,
  CustomStringConvertible
{
  /// The most characters of a name that is not opaque, and the most bytes of one that is.
  public static var maximumLength: Int { Kind.isOpaque ? OpaqueText.idBytesMax : 64 }

  /// The text as it came.
  public let rawValue: String

  /// Nil unless `text` fits ``grammar``.
  public init?(_ text: String) {
    guard (1...Self.maximumLength).contains(text.utf8.count),
      Kind.isOpaque ? OpaqueText.isPlain(text) : text.utf8.allSatisfy(Self.allows)
    else { return nil }
    rawValue = text
  }

  private static func allows(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default:
      false
    }
  }

  /// What an identifier may look like, for error messages.
  public static var grammar: String {
    Kind.isOpaque
      ? "1 to \(maximumLength) bytes of UTF-8 without control characters"
      : "1 to \(maximumLength) characters out of A-Z a-z 0-9 . _ -"
  }

  public var description: String { rawValue }

  public static func == (left: Self, right: Self) -> Bool {
    left.rawValue.utf8.elementsEqual(right.rawValue.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    var text = rawValue
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }
}

/// Text out of other people's databases: any characters but those that break a line or a screen.
public enum OpaqueText {
  /// Longest id, in bytes of UTF-8.
  public static let idBytesMax = 512

  /// True without control characters and line separators.
  public static func isPlain(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      if scalar.isASCII { return (0x20...0x7E).contains(scalar.value) }
      let category = scalar.properties.generalCategory
      return category != .control && category != .lineSeparator && category != .paragraphSeparator
    }
  }
}

/// A tag for ``Identifier``.
public protocol IdentifierKind {
  /// Any text may be one; false unless a kind says otherwise.
  static var isOpaque: Bool { get }
}

extension IdentifierKind {
  public static var isOpaque: Bool { false }
}

extension Never: IdentifierKind {}

public enum DoorKind: IdentifierKind {}
public enum ReaderKind: IdentifierKind {}
public enum PersonKind: IdentifierKind { public static var isOpaque: Bool { true } }
public enum CredentialKindTag: IdentifierKind { public static var isOpaque: Bool { true } }
public enum ScopeKind: IdentifierKind {}
public enum ControllerKind: IdentifierKind {}
public enum AreaKind: IdentifierKind {}
public enum PlanKind: IdentifierKind {}
public enum InputKind: IdentifierKind {}
public enum OutputKind: IdentifierKind {}
public enum AutomationKind: IdentifierKind {}

/// Names one door of a facility.
public typealias DoorID = Identifier<DoorKind>
/// Names one reader of a controller.
public typealias ReaderID = Identifier<ReaderKind>
/// Names one person.
public typealias PersonID = Identifier<PersonKind>
/// Names one credential.
public typealias CredentialID = Identifier<CredentialKindTag>
/// Names one scope, a set of doors.
public typealias ScopeID = Identifier<ScopeKind>
/// Names one area of a facility.
public typealias AreaID = Identifier<AreaKind>
/// Names one plan of a facility.
public typealias PlanID = Identifier<PlanKind>
/// Names one auxiliary input of a controller.
public typealias InputID = Identifier<InputKind>
/// Names one auxiliary output of a controller.
public typealias OutputID = Identifier<OutputKind>
/// Names one automation of a facility.
public typealias AutomationID = Identifier<AutomationKind>
/// Names one controller, that is one device.
public typealias ControllerID = Identifier<ControllerKind>

extension ControllerID {
  /// False for an id with a dot: brokers that have dots where MQTT has slashes, such as RabbitMQ,
  /// take it for two levels of the topic. Controllers that have such an id keep it.
  public var isGoodForNew: Bool { !rawValue.utf8.contains(UInt8(ascii: ".")) }

  /// What the id of a new controller may look like, for error messages.
  public static var newGrammar: String {
    "1 to \(maximumLength) characters out of A-Z a-z 0-9 _ - (some brokers take a dot for a slash)"
  }
}
