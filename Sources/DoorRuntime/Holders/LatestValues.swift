/// Values by key, no more than so many: of more the one noted longest ago is forgotten.
struct LatestValues<Key: Hashable, Value> {
  private let most: Int
  private var values: [Key: Value] = [:]
  /// The one noted longest ago comes first.
  private var order: [Key] = []

  init(most: Int) { self.most = most }

  subscript(key: Key) -> Value? { values[key] }

  /// All of them.
  var all: [Key: Value] { values }

  mutating func note(_ value: Value, for key: Key) {
    if values.updateValue(value, forKey: key) != nil { order.removeAll { $0 == key } }
    order.append(key)
    if order.count > most { values[order.removeFirst()] = nil }
  }

  mutating func remove(_ key: Key) -> Value? {
    guard let value = values.removeValue(forKey: key) else { return nil }
    order.removeAll { $0 == key }
    return value
  }
}

extension LatestValues: Sendable where Key: Sendable, Value: Sendable {}
