/// The properties of a key for the page of settings, whatever its root is.
struct SettingsEntry: Sendable {
  /// What may stand at a key.
  enum Kind: Sendable, Hashable {
    /// Free text, or text of the form that is named.
    case text(String)
    case flag
    case number(ClosedRange<Int>)
    case choice([String])
    /// A list, and what is in it.
    case list(String)
    /// The path of a file that the daemon reads.
    case file
    /// The path of a folder that the daemon writes.
    case folder
    /// The path of a Unix socket that the daemon makes.
    case socket
    /// A line of a chip, which has keys of its own.
    case line
  }

  /// From the top of the file; `NAME` stands for the name of a door, a reader or a format.
  var path: [String]
  var kind: Kind
  var presence: SettingsPresence
  /// The optional section that has this key; nil for a key of a section that must be there.
  var optionalSection: [String]?
  /// What counts when the key is left out; nil when nothing does.
  var fallback: String?
  /// Never shown.
  var isSecret: Bool
  /// What the key is for: one sentence for operators.
  var about: String
}

/// Whether a key may be left out.
enum SettingsPresence: Sendable, Hashable {
  case optional
  /// Needed wherever its section is; the text, if any, ends "is missing: ".
  case required(String?)
  /// Needed when its neighbour is set, and why.
  case neededBy(String, why: String)
}

/// One value of settings that were read.
struct SettingsLeaf: Sendable {
  var path: [String]
  var kind: SettingsEntry.Kind
  var isSecret: Bool
  var value: SettingsValue
}

/// A value in the form in which the file has it.
enum SettingsValue: Sendable, Hashable {
  case text(String)
  case number(Int)
  case flag(Bool)
  case list([String])

  /// For the page of settings.
  var shown: String { "`\(yaml)`" }
}
