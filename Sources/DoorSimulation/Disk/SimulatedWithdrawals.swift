/// What stopped working in a cache, and the revision of the message that said so, as the real cache
/// remembers it.
struct SimulatedWithdrawals {
  enum Kind: Hashable { case person, credential }

  struct Key: Hashable {
    var kind: Kind
    var id: String
  }

  private var told: [Key: UInt64] = [:]
  private var stopped: Set<Key> = []

  mutating func stop(_ kind: Kind, _ ids: some Sequence<String>) {
    for id in ids { stopped.insert(Key(kind: kind, id: id)) }
  }

  /// What a message of `revision` cannot bring back, in a fixed order.
  func held(_ kind: Kind, by revision: UInt64) -> [String] {
    told.filter { $0.key.kind == kind && $0.value >= revision }.map(\.key.id).sorted()
  }

  /// Keeps what the change stopped; `works` says what works after it.
  mutating func keep(told revision: UInt64, inForce: UInt64, works: (Key) -> Bool) {
    told = told.filter { $0.value >= inForce }
    for key in stopped where !works(key) { told[key] = max(told[key] ?? 0, revision) }
    stopped = []
  }
}
