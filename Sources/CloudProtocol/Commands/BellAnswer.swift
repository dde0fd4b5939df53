/// What whoever is rung for answers; the names are those of the wire.
public enum BellAnswer: String, Sendable, Hashable, Codable, CaseIterable {
  case open
  case refuse
}
